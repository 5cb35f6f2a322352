#include "scheduler/call/json_lists.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/values/quoted.h"

namespace mesolys {
namespace {

using Json = nlohmann::json;

// A call has a list of objects with a list or an object in them.
constexpr size_t kDepthMax = 8;
constexpr size_t kEntryDepth = 2;  // what is open around an entry

// Follows the text, and keeps of it only the entry that it is in.
class ListReader : public nlohmann::json_sax<Json> {
 public:
  ListReader(std::initializer_list<absl::string_view> lists, absl::string_view wanted, UseEntry use)
      : lists_(lists), wanted_(wanted), use_(use) {}

  bool null() override { return Value(nullptr); }
  bool boolean(bool value) override { return Value(value); }
  bool number_integer(number_integer_t value) override { return Value(value); }
  bool number_unsigned(number_unsigned_t value) override { return Value(value); }
  bool number_float(number_float_t value, const string_t&) override { return Value(value); }
  bool string(string_t& value) override { return Value(std::move(value)); }
  bool binary(binary_t&) override { return Fail("not JSON"); }

  bool start_object(size_t) override { return Open(/*is_object=*/true); }
  bool end_object() override { return Close(); }
  bool start_array(size_t) override { return Open(/*is_object=*/false); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    Level& level = levels_[depth_ - 1];
    if (!level.keys.insert(name).second) {
      return Fail(absl::StrCat("field ", Quoted(name), " is there twice"));
    }
    level.key = std::move(name);
    if (depth_ > 1) return true;
    if (std::find(lists_.begin(), lists_.end(), level.key) == lists_.end()) {
      return Fail(absl::StrCat("unknown field ", Quoted(level.key), "; there are ",
                               absl::StrJoin(lists_, ", ")));
    }
    is_wanted_ = level.key == wanted_;
    return true;
  }

  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return Fail(absl::StrCat("not JSON at byte ", position));
  }

  // After the whole text was read.
  absl::Status Finish() {
    for (const absl::string_view list : lists_) {
      if (status_.ok() && !levels_[0].keys.contains(list)) {
        Fail(absl::StrCat(list, " must be an array"));
      }
    }
    return status_;
  }

  const absl::Status& status() const { return status_; }

 private:
  struct Level {
    bool is_object = false;
    absl::flat_hash_set<std::string> keys;
    std::string key;
    size_t index = 0;  // of the value that comes next in an array
  };

  bool Open(bool is_object) {
    if (depth_ == kDepthMax) return Fail("nested deeper than any entry is");
    if (depth_ == 0 && !is_object) return NoObject();
    if (depth_ == 1 && is_object) return NoArray();
    if (depth_ >= kEntryDepth && is_wanted_) {
      open_.push_back(Add(is_object ? Json::object() : Json::array()));
    }
    // Levels are used again, for there are many entries.
    if (depth_ == levels_.size()) levels_.emplace_back();
    Level& level = levels_[depth_++];
    level.is_object = is_object;
    level.keys.clear();
    level.key.clear();
    level.index = 0;
    return true;
  }

  bool Close() {
    --depth_;
    if (depth_ >= kEntryDepth && is_wanted_) open_.pop_back();
    return Next();
  }

  bool Value(Json value) {
    if (depth_ == 0) return NoObject();
    if (depth_ == 1) return NoArray();
    if (is_wanted_) Add(std::move(value));
    return Next();
  }

  // Where it stands in the entry; stays there until the entry is used.
  Json* Add(Json value) {
    if (open_.empty()) {
      entry_ = std::move(value);
      return &entry_;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    return &(parent[levels_[depth_ - 1].key] = std::move(value));
  }

  // A value has come to its end.
  bool Next() {
    if (depth_ == kEntryDepth && is_wanted_) {
      status_ = use_(levels_[1].index, entry_);
      if (!status_.ok()) return false;
    }
    if (depth_ > 0) ++levels_[depth_ - 1].index;
    return true;
  }

  bool NoObject() {
    return Fail(absl::StrCat("must be an object with ", absl::StrJoin(lists_, ", ")));
  }
  bool NoArray() { return Fail(absl::StrCat(levels_[0].key, " must be an array")); }

  bool Fail(absl::string_view what) {
    status_ = absl::InvalidArgumentError(absl::StrCat(Entry(), ": ", what));
    return false;
  }

  std::string Entry() const {
    if (depth_ < kEntryDepth) return "problem";
    return absl::StrCat(levels_[0].key, "[", levels_[1].index, "]");
  }

  const std::vector<absl::string_view> lists_;
  const absl::string_view wanted_;
  const UseEntry use_;
  std::vector<Level> levels_;
  size_t depth_ = 0;
  bool is_wanted_ = false;
  Json entry_;
  std::vector<Json*> open_;  // objects and arrays of the entry
  absl::Status status_;
};

}  // namespace

absl::Status ReadJsonList(absl::string_view text, std::initializer_list<absl::string_view> lists,
                          absl::string_view wanted, UseEntry use) {
  ListReader reader(lists, wanted, use);
  if (Json::sax_parse(text.begin(), text.end(), &reader)) return reader.Finish();
  if (!reader.status().ok()) return reader.status();
  return absl::InvalidArgumentError("problem: not JSON");
}

}  // namespace mesolys
