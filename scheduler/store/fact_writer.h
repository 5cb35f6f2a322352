#ifndef MESOLYS_SCHEDULER_STORE_FACT_WRITER_H_
#define MESOLYS_SCHEDULER_STORE_FACT_WRITER_H_

// A fact into its stored message, field by field (stored_fields.h). Any thread.

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
#include "scheduler/core/facts/month.h"
#include "scheduler/store/stored_fields.h"

namespace mesolys {

class FactWriter {
 public:
  explicit FactWriter(google::protobuf::Message& message)
      : message_(message), access_(*message.GetReflection()) {}

  void Write(const Period& period) {
    auto& out = static_cast<v1::StoredPeriod&>(message_);
    out.set_start(absl::ToUnixSeconds(period.start));
    out.set_end(absl::ToUnixSeconds(period.end));
  }
  void Write(const JobKey& key) {
    auto& out = static_cast<v1::StoredJobKey&>(message_);
    out.set_cluster(key.cluster);
    out.set_job_id(key.job_id);
    out.set_submit_time(absl::ToUnixSeconds(key.submit_time));
  }
  void Write(const Refusal& refusal) {
    auto& out = static_cast<v1::StoredRefusal&>(message_);
    out.set_reason(std::string(ReasonName(refusal.reason)));
    out.set_message(refusal.message);
    for (const auto& [key, value] : refusal.metadata) (*out.mutable_metadata())[key] = value;
  }
  template <SaysFields Fact>
  void Write(const Fact& fact) {
    auto field = StoredFieldsOf<Fact>(*message_.GetDescriptor()).begin();
    const auto put = [this, &field](const char*, const auto& value) {
      this->Put(value, **field++);
    };
    Fact::VisitFields(fact, put);
    if constexpr (SaysLaterFields<Fact>) Fact::VisitLaterFields(fact, put);
  }

 private:
  void Put(const std::string& text, const StoredField& field) {
    access_.SetString(&message_, &field, text);
  }
  void Put(bool value, const StoredField& field) { access_.SetBool(&message_, &field, value); }
  void Put(int value, const StoredField& field) { access_.SetInt32(&message_, &field, value); }
  void Put(int64_t value, const StoredField& field) { access_.SetInt64(&message_, &field, value); }
  template <typename Word>
  requires std::is_enum_v<Word>
  void Put(Word word, const StoredField& field) { Put(static_cast<int>(word), field); }
  template <typename Tag>
  void Put(Quantity<Tag> amount, const StoredField& field) {
    Put(amount.count(), field);
  }
  void Put(Month month, const StoredField& field) { Put(month.number(), field); }
  void Put(absl::Time time, const StoredField& field) {
    Put(IsInMicroseconds(field) ? absl::ToUnixMicros(time) : absl::ToUnixSeconds(time), field);
  }
  template <typename T>
  void Put(const std::optional<T>& value, const StoredField& field) {
    if (value.has_value()) Put(*value, field);
  }
  void Put(const std::vector<std::string>& texts, const StoredField& field) {
    for (const std::string& text : texts) access_.AddString(&message_, &field, text);
  }
  template <typename T>
  void Put(const std::vector<T>& list, const StoredField& field) {
    for (const T& one : list) FactWriter(*access_.AddMessage(&message_, &field)).Write(one);
  }
  template <typename Value>
  void Put(const std::map<std::string, Value>& map, const StoredField& field) {
    for (const auto& [key, value] : map) {
      FactWriter entry(*access_.AddMessage(&message_, &field));
      entry.Put(key, *field.message_type()->map_key());
      entry.Put(value, *field.message_type()->map_value());
    }
  }
  template <IsStoredMessage Part>
  void Put(const Part& part, const StoredField& field) {
    FactWriter(*access_.MutableMessage(&message_, &field)).Write(part);
  }

  google::protobuf::Message& message_;
  const google::protobuf::Reflection& access_;
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_STORE_FACT_WRITER_H_
