#ifndef MESOLYS_SCHEDULER_STORE_FACT_READER_H_
#define MESOLYS_SCHEDULER_STORE_FACT_READER_H_

// A fact out of its stored message, field by field (stored_fields.h). Any thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "mesolys/v1/stored.pb.h"
#include "proto/values/period.h"
#include "proto/values/quantity.h"
#include "proto/values/reason.h"
#include "proto/values/usage_record.h"
#include "scheduler/core/facts/grant.h"
#include "scheduler/core/facts/job.h"
#include "scheduler/core/facts/month.h"
#include "scheduler/core/facts/project.h"
#include "scheduler/core/facts/request.h"
#include "scheduler/core/facts/site_window.h"
#include "scheduler/store/stored_fields.h"

namespace mesolys {

// Whether a number that stands for a word is one that this version writes.
inline bool IsKnown(ProjectRole role) {
  return role >= ProjectRole::kNone && role <= ProjectRole::kDeputy;
}
inline bool IsKnown(Track track) { return track == Track::kDynamic || track == Track::kCall; }
inline bool IsKnown(RequestState state) {
  return state >= RequestState::kUndecided && state <= RequestState::kRefused;
}
inline bool IsKnown(ChargeKind kind) {
  return kind >= ChargeKind::kSettled && kind <= ChargeKind::kRefund;
}
inline bool IsKnown(ChangeKind kind) {
  return kind >= ChangeKind::kSupplement && kind <= ChangeKind::kGraceEnded;
}
inline bool IsKnown(SiteWindow::Kind kind) {
  return kind == SiteWindow::Kind::kIncident || kind == SiteWindow::Kind::kMaintenance;
}

class FactReader {
 public:
  // `is_known` becomes false where a word is not.
  FactReader(const google::protobuf::Message& message, bool& is_known)
      : message_(message), access_(*message.GetReflection()), is_known_(is_known) {}

  void Read(Period& period) const {
    const auto& in = static_cast<const v1::StoredPeriod&>(message_);
    period = {absl::FromUnixSeconds(in.start()), absl::FromUnixSeconds(in.end())};
  }
  void Read(JobKey& key) const {
    const auto& in = static_cast<const v1::StoredJobKey&>(message_);
    key = {in.cluster(), in.job_id(), absl::FromUnixSeconds(in.submit_time())};
  }
  void Read(Refusal& refusal) const {
    const auto& in = static_cast<const v1::StoredRefusal&>(message_);
    refusal = {
        ParseReason(in.reason()), in.message(), {in.metadata().begin(), in.metadata().end()}};
  }
  template <SaysFields Fact>
  void Read(Fact& fact) const {
    auto field = StoredFieldsOf<Fact>(*message_.GetDescriptor()).begin();
    const auto get = [this, &field](const char*, auto& value) { this->Get(value, **field++); };
    Fact::VisitFields(fact, get);
    if constexpr (SaysLaterFields<Fact>) Fact::VisitLaterFields(fact, get);
  }

 private:
  void Get(std::string& text, const StoredField& field) const {
    text = access_.GetString(message_, &field);
  }
  void Get(bool& value, const StoredField& field) const {
    value = access_.GetBool(message_, &field);
  }
  void Get(int& value, const StoredField& field) const {
    value = access_.GetInt32(message_, &field);
  }
  void Get(int64_t& value, const StoredField& field) const {
    value = access_.GetInt64(message_, &field);
  }
  template <typename Word>
  requires std::is_enum_v<Word>
  void Get(Word& word, const StoredField& field) const {
    word = static_cast<Word>(access_.GetInt32(message_, &field));
    is_known_ = is_known_ && IsKnown(word);
  }
  template <typename Tag>
  void Get(Quantity<Tag>& amount, const StoredField& field) const {
    amount = Quantity<Tag>(access_.GetInt64(message_, &field));
  }
  void Get(Month& month, const StoredField& field) const {
    month = Month::FromNumber(access_.GetInt32(message_, &field));
  }
  void Get(absl::Time& time, const StoredField& field) const {
    const int64_t number = access_.GetInt64(message_, &field);
    time = IsInMicroseconds(field) ? absl::FromUnixMicros(number) : absl::FromUnixSeconds(number);
  }
  template <typename T>
  void Get(std::optional<T>& value, const StoredField& field) const {
    if (access_.HasField(message_, &field)) Get(value.emplace(), field);
  }
  void Get(std::vector<std::string>& texts, const StoredField& field) const {
    const int count = access_.FieldSize(message_, &field);
    for (int i = 0; i < count; ++i) {
      texts.push_back(access_.GetRepeatedString(message_, &field, i));
    }
  }
  template <typename T>
  void Get(std::vector<T>& list, const StoredField& field) const {
    const int count = access_.FieldSize(message_, &field);
    list.resize(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      FactReader(access_.GetRepeatedMessage(message_, &field, i), is_known_)
          .Read(list[static_cast<size_t>(i)]);
    }
  }
  template <typename Value>
  void Get(std::map<std::string, Value>& map, const StoredField& field) const {
    const int count = access_.FieldSize(message_, &field);
    for (int i = 0; i < count; ++i) {
      const FactReader entry(access_.GetRepeatedMessage(message_, &field, i), is_known_);
      std::string key;
      entry.Get(key, *field.message_type()->map_key());
      entry.Get(map[key], *field.message_type()->map_value());
    }
  }
  template <IsStoredMessage Part>
  void Get(Part& part, const StoredField& field) const {
    FactReader(access_.GetMessage(message_, &field), is_known_).Read(part);
  }

  const google::protobuf::Message& message_;
  const google::protobuf::Reflection& access_;
  bool& is_known_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_STORE_FACT_READER_H_
