#include "scheduler/store/event_codec.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
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
#include "scheduler/store/catalogue_codec.h"
#include "scheduler/store/stored_fields.h"

namespace mesolys {
namespace {

// A fact into its stored message, field by field (stored_fields.h).
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

// Whether a number that stands for a word is one that this version writes.
bool IsKnown(ProjectRole role) {
  return role >= ProjectRole::kNone && role <= ProjectRole::kDeputy;
}
bool IsKnown(Track track) { return track == Track::kDynamic || track == Track::kCall; }
bool IsKnown(RequestState state) {
  return state >= RequestState::kUndecided && state <= RequestState::kRefused;
}
bool IsKnown(ChargeKind kind) {
  return kind >= ChargeKind::kSettled && kind <= ChargeKind::kRefund;
}
bool IsKnown(ChangeKind kind) {
  return kind >= ChangeKind::kSupplement && kind <= ChangeKind::kGraceEnded;
}
bool IsKnown(SiteWindow::Kind kind) {
  return kind == SiteWindow::Kind::kIncident || kind == SiteWindow::Kind::kMaintenance;
}

// A fact out of its stored message, field by field (stored_fields.h).
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

template <typename Fact>
const StoredField* PlaceOf() {
  static const StoredField* const place =
      v1::StoredEvent::descriptor()->FindFieldByNumber(Fact::kNumber);
  return place;
}

// The fact that an event consists of, where that is the whole of it; it is stored in its place.
template <typename Fact, typename Visit>
void VisitWhole(Fact& event, const Visit& visit) {
  if constexpr (std::decay_t<Fact>::kFieldCount == 1) {
    static_assert(!SaysLaterFields<std::decay_t<Fact>>, "a later field is its fact's");
    std::decay_t<Fact>::VisitFields(event, [&visit](const char*, auto& part) { visit(part); });
  } else {
    visit(event);
  }
}

template <typename Fact>
void Encode(const Fact& event, google::protobuf::Message& out) {
  VisitWhole(event, [&out](const auto& whole) { FactWriter(out).Write(whole); });
}

void Encode(const CatalogueAdopted& event, google::protobuf::Message& out) {
  mesolys::Encode(event, static_cast<v1::StoredCatalogueAdopted&>(out));
}

// Only a deputy has a term.
void Encode(const MemberAdded& event, google::protobuf::Message& out) {
  FactWriter(out).Write(event);
  if (event.member.role != ProjectRole::kDeputy) {
    static_cast<v1::StoredMemberAdded&>(out).clear_term();
  }
}

template <typename Fact>
void Decode(const google::protobuf::Message& in, Fact& event, bool& is_known) {
  VisitWhole(event, [&](auto& whole) { FactReader(in, is_known).Read(whole); });
}

void Decode(const google::protobuf::Message& in, CatalogueAdopted& event, bool&) {
  event = mesolys::Decode(static_cast<const v1::StoredCatalogueAdopted&>(in));
}

template <typename Fact>
void DecodeIfIs(const v1::StoredEvent& in, std::optional<Event>& out, bool& is_known) {
  if (static_cast<int>(in.event_case()) != Fact::kNumber) return;
  Fact event;
  Decode(in.GetReflection()->GetMessage(in, PlaceOf<Fact>()), event, is_known);
  out = std::move(event);
}

template <typename... Facts>
std::optional<Event> DecodeAny(const v1::StoredEvent& in, bool& is_known,
                               const std::variant<Facts...>*) {
  std::optional<Event> event;
  (DecodeIfIs<Facts>(in, event, is_known), ...);
  return event;
}

}  // namespace

std::string EncodeEvents(const std::vector<Event>& events) {
  v1::StoredEvents stored;
  for (const Event& event : events) {
    v1::StoredEvent& out = *stored.add_events();
    std::visit(
        [&out](const auto& fact) {
          Encode(fact, *out.GetReflection()->MutableMessage(
                           &out, PlaceOf<std::decay_t<decltype(fact)>>()));
        },
        event);
  }
  return stored.SerializeAsString();
}

absl::StatusOr<std::vector<Event>> DecodeEvents(absl::string_view body) {
  v1::StoredEvents stored;
  if (!stored.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return absl::DataLossError("the body of a row is not a list of events");
  }
  std::vector<Event> events;
  for (const v1::StoredEvent& in : stored.events()) {
    bool is_known = true;
    std::optional<Event> event = DecodeAny(in, is_known, static_cast<const Event*>(nullptr));
    if (!event.has_value()) {
      return absl::DataLossError("an event of a kind that this version does not know");
    }
    if (!is_known) {
      return absl::DataLossError("an event says something that this version does not know");
    }
    events.push_back(*std::move(event));
  }
  return events;
}

}  // namespace mesolys
