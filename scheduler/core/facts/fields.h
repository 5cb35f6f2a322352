#ifndef MESOLYS_SCHEDULER_CORE_FACTS_FIELDS_H_
#define MESOLYS_SCHEDULER_CORE_FACTS_FIELDS_H_

// A fact says its fields once, within its struct:
//
//   struct UnlinkAccount {
//     std::string project;
//     std::string account;
//     FIELDS(UnlinkAccount, project, account);
//   };
//
// Equality, the digest of a command (rules/canonical_text.h) and the stored form of an event
// (store/event_codec.cc) follow from it: the fields in this order. A field of a member is named by
// its path (`window.site`). What a later release adds stands apart, in LATER_FIELDS(Type, ...): it
// is digested only where it is set, so that the digests of yesterday stay what they were. Pure.

// Calls visit(name, value) for each field of `self`; at most 4^3 of them.
#define FIELDS(Type, ...)                                                               \
  template <typename Self, typename Visit>                                              \
  static constexpr void VisitFields(Self& self, Visit&& visit) {                        \
    MESOLYS_EXPAND(MESOLYS_VISIT_EACH(__VA_ARGS__))                                     \
  }                                                                                     \
  static constexpr int kFieldCount = 0 MESOLYS_EXPAND(MESOLYS_COUNT_EACH(__VA_ARGS__)); \
  friend bool operator==(const Type&, const Type&) = default

#define LATER_FIELDS(Type, ...)                                       \
  template <typename Self, typename Visit>                            \
  static constexpr void VisitLaterFields(Self& self, Visit&& visit) { \
    MESOLYS_EXPAND(MESOLYS_VISIT_EACH(__VA_ARGS__))                   \
  }                                                                   \
  static_assert(true, "a semicolon follows")

#define MESOLYS_VISIT_EACH(field, ...) \
  visit(#field, self.field);           \
  __VA_OPT__(MESOLYS_VISIT_AGAIN MESOLYS_PARENTHESES(__VA_ARGS__))
#define MESOLYS_VISIT_AGAIN() MESOLYS_VISIT_EACH
#define MESOLYS_COUNT_EACH(field, ...) \
  +1 __VA_OPT__(MESOLYS_COUNT_AGAIN MESOLYS_PARENTHESES(__VA_ARGS__))  // NOLINT: summands
#define MESOLYS_COUNT_AGAIN() MESOLYS_COUNT_EACH
#define MESOLYS_PARENTHESES ()

// Each round lets the preprocessor take up what the one before has put off.
#define MESOLYS_EXPAND(...) \
  MESOLYS_EXPAND3(MESOLYS_EXPAND3(MESOLYS_EXPAND3(MESOLYS_EXPAND3(__VA_ARGS__))))
#define MESOLYS_EXPAND3(...) \
  MESOLYS_EXPAND2(MESOLYS_EXPAND2(MESOLYS_EXPAND2(MESOLYS_EXPAND2(__VA_ARGS__))))
#define MESOLYS_EXPAND2(...) \
  MESOLYS_EXPAND1(MESOLYS_EXPAND1(MESOLYS_EXPAND1(MESOLYS_EXPAND1(__VA_ARGS__))))
#define MESOLYS_EXPAND1(...) __VA_ARGS__

namespace mesolys {

// Whether a type says its fields.
template <typename T>
concept SaysFields = requires(T& value) {
  T::VisitFields(value, [](const char*, auto&) {});
};

// Whether a later release has added some.
template <typename T>
concept SaysLaterFields = requires(T& value) {
  T::VisitLaterFields(value, [](const char*, auto&) {});
};

}  // namespace mesolys

#endif  // MESOLYS_SCHEDULER_CORE_FACTS_FIELDS_H_
