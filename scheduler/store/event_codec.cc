#include "scheduler/store/event_codec.h"

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "mesolys/v1/stored.pb.h"
#include "scheduler/store/catalogue_codec.h"
#include "scheduler/store/fact_reader.h"
#include "scheduler/store/fact_writer.h"

namespace mesolys {
namespace {

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
