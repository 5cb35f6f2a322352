#include "scheduler/call/json_entry.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/values/quoted.h"

namespace mesolys {
namespace {

using Json = nlohmann::json;
using division::CostSet;
using division::kAmountMax;
using division::kWeightScale;
using division::NameSet;

// The value as it is repeated to who wrote it, or that there is none.
std::string Told(const Json* value) {
  if (value == nullptr) return " is missing: it";
  if (value->is_string()) return absl::StrCat(" ", Quoted(value->get_ref<const std::string&>()));
  return value->is_structured() ? "" : absl::StrCat(" ", value->dump());
}

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

JsonEntry::JsonEntry(absl::string_view list, size_t index, const Json& json,
                     std::initializer_list<absl::string_view> fields)
    : list_(list), index_(index), json_(json) {
  if (!json.is_object()) {
    Fail(absl::StrCat("must be an object with ", absl::StrJoin(fields, ", ")));
    return;
  }
  for (const auto& [key, value] : json.items()) {
    if (std::find(fields.begin(), fields.end(), key) == fields.end()) {
      Fail(
          absl::StrCat("unknown field ", Quoted(key), "; there are ", absl::StrJoin(fields, ", ")));
    }
  }
}

void JsonEntry::Fail(absl::string_view what) {
  if (!status_.ok()) return;
  std::string name = absl::StrCat(list_, "[", index_, "]");
  for (size_t i = 0; i < names_.size(); ++i) {
    absl::StrAppend(&name, i == 0 ? " (" : " ", Legible(names_[i]));
  }
  if (!names_.empty()) name += ")";
  status_ = absl::InvalidArgumentError(absl::StrCat(name, ": ", what));
}

std::string JsonEntry::Name(const char* field) {
  const Json* const value = Find(field);
  if (value != nullptr && value->is_string() && !value->get_ref<const std::string&>().empty()) {
    return value->get<std::string>();
  }
  Fail(absl::StrCat(field, " must be a string, and not empty"));
  return "";
}

int64_t JsonEntry::Amount(const char* field, std::optional<int64_t> otherwise) {
  const Json* const value = Find(field);
  if (value == nullptr && otherwise.has_value()) return *otherwise;
  std::optional<int64_t> amount;
  if (value != nullptr && value->is_number_unsigned()) {
    const auto number = value->get<uint64_t>();
    if (number <= uint64_t{kAmountMax}) amount = static_cast<int64_t>(number);
  } else if (value != nullptr && value->is_string()) {
    const std::string& text = value->get_ref<const std::string&>();
    int64_t number = 0;
    if (!text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
        absl::SimpleAtoi(text, &number) && number <= kAmountMax) {
      amount = number;
    }
  }
  if (amount.has_value()) return *amount;
  Fail(absl::StrCat(field, Told(value), " must be a whole number from 0 to 2^62 = ", kAmountMax));
  return 0;
}

int64_t JsonEntry::Integer(const char* field, int64_t otherwise) {
  const Json* const value = Find(field);
  if (value == nullptr) return otherwise;
  if (value->is_number_unsigned() && value->get<uint64_t>() <= uint64_t{INT64_MAX}) {
    return static_cast<int64_t>(value->get<uint64_t>());
  }
  if (value->is_number_integer() && !value->is_number_unsigned()) return value->get<int64_t>();
  Fail(absl::StrCat(field, Told(value), " must be a whole number of 64 bits"));
  return 0;
}

int64_t JsonEntry::Weight(const char* field) {
  const Json* const value = Find(field);
  if (value != nullptr && value->is_number()) {
    const auto points = value->get<double>();
    if (points > 0 && points <= 1e6) {
      const int64_t weight = std::llround(points * static_cast<double>(kWeightScale));
      if (weight > 0) return weight;
    }
  }
  Fail(absl::StrCat(field, Told(value), " must be a number from 0.000001 to 1000000"));
  return 1;
}

double JsonEntry::CostIn(absl::string_view what, const Json& value) {
  if (value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= 0) {
    return value.get<double>();
  }
  Fail(absl::StrCat(what, Told(&value), " must be a number of at least 0"));
  return 0;
}

double JsonEntry::Cost(const char* field) {
  const Json* const value = Find(field);
  return value == nullptr ? 0 : CostIn(field, *value);
}

bool JsonEntry::Flag(const char* field) {
  const Json* const value = Find(field);
  if (value == nullptr) return false;
  if (!value->is_boolean()) {
    Fail(absl::StrCat(field, Told(value), " must be true or false"));
    return false;
  }
  return value->get<bool>();
}

int32_t JsonEntry::OneOf(const char* field, const Numbers& known) {
  const Json* const value = Find(field);
  if (value == nullptr) return -1;
  const auto it =
      value->is_string() ? known.find(value->get_ref<const std::string&>()) : known.end();
  if (it != known.end()) return static_cast<int32_t>(it->second);
  Fail(absl::StrCat(field, Told(value), " is in no pool"));
  return -1;
}

NameSet JsonEntry::Names(const char* field, const Numbers& known) {
  NameSet set;
  const Json* const value = Find(field);
  if (value == nullptr) return set;
  if (!value->is_array()) {
    Fail(absl::StrCat(field, " must be an array of names"));
    return set;
  }
  for (const Json& name : *value) {
    const auto it = name.is_string() ? known.find(name.get_ref<const std::string&>()) : known.end();
    if (it == known.end()) {
      Fail(absl::StrCat(field, Told(&name), " is in no pool"));
      return set;
    }
    set.push_back(it->second);
  }
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set;
}

CostSet JsonEntry::Costs(const char* field, const Numbers& known) {
  CostSet costs;
  const Json* const value = Find(field);
  if (value == nullptr) return costs;
  if (!value->is_object()) {
    Fail(absl::StrCat(field, " must be an object with a cost for each site"));
    return costs;
  }
  for (const auto& [name, cost] : value->items()) {
    const auto it = known.find(name);
    if (it == known.end()) {
      Fail(absl::StrCat(field, " ", Quoted(name), " is in no pool"));
      return costs;
    }
    costs.push_back({it->second, CostIn(absl::StrCat(field, " ", Quoted(name)), cost)});
  }
  std::sort(costs.begin(), costs.end());
  return costs;
}

const Json* JsonEntry::Find(const char* field) const {
  if (!json_.is_object()) return nullptr;
  const auto it = json_.find(field);
  return it == json_.end() ? nullptr : &*it;
}

absl::Status ReadJsonList(absl::string_view text, std::initializer_list<absl::string_view> lists,
                          absl::string_view wanted, UseEntry use) {
  ListReader reader(lists, wanted, use);
  if (Json::sax_parse(text.begin(), text.end(), &reader)) return reader.Finish();
  if (!reader.status().ok()) return reader.status();
  return absl::InvalidArgumentError("problem: not JSON");
}

}  // namespace mesolys
