#include "proto/values/names.h"

#include <cstdlib>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "proto/values/quoted.h"
#include "proto/values/reason.h"

namespace mesolys {
namespace {

constexpr size_t kIdBytesMax = 30;
constexpr size_t kLoginBytesMax = 64;
constexpr size_t kTierBytesMax = 25;
constexpr size_t kModelBytesMax = 64;

constexpr absl::string_view kProjects = "projects/";
constexpr absl::string_view kSites = "sites/";
constexpr absl::string_view kGrants = "/grants/g";
constexpr absl::string_view kRequests = "/requests/r";

bool IsLower(char c) { return 'a' <= c && c <= 'z'; }
bool IsDigit(char c) { return '0' <= c && c <= '9'; }
bool IsIdCharacter(char c) { return IsLower(c) || IsDigit(c) || c == '_' || c == '-'; }
bool IsUpper(char c) { return 'A' <= c && c <= 'Z'; }
bool IsLoginStart(char c) { return IsLower(c) || IsUpper(c) || IsDigit(c) || c == '_'; }
bool IsLoginCharacter(char c) { return IsLoginStart(c) || c == '.' || c == '@' || c == '-'; }

template <typename First, typename Next>
bool HasForm(absl::string_view text, size_t bytes_max, First first, Next next) {
  if (text.empty() || text.size() > bytes_max || !first(text[0])) return false;
  for (const char c : text.substr(1)) {
    if (!next(c)) return false;
  }
  return true;
}

bool IsId(absl::string_view text) { return HasForm(text, kIdBytesMax, IsLower, IsIdCharacter); }

bool IsTierStart(char c) { return IsLower(c) || IsDigit(c); }
bool IsModelCharacter(char c) { return IsIdCharacter(c) || c == '.' || c == '+'; }

// Unlike an id it may begin with a digit.
bool IsTier(absl::string_view text) {
  return HasForm(text, kTierBytesMax, IsTierStart, IsIdCharacter);
}

// As drivers call GPUs and their slices: "nvidia_h100_80gb_hbm3", "a100_3g.40gb".
bool IsModel(absl::string_view text) {
  return HasForm(text, kModelBytesMax, IsTierStart, IsModelCharacter);
}

std::optional<ResourceKind> FindKind(absl::string_view resource) {
  if (resource == "cpu") return ResourceKind::kCpu;
  if (resource == "support") return ResourceKind::kSupport;
  if (absl::ConsumePrefix(&resource, "gpu-") && IsModel(resource)) return ResourceKind::kGpu;
  if (absl::ConsumePrefix(&resource, "storage-") && IsTier(resource)) return ResourceKind::kStorage;
  return std::nullopt;
}

absl::Status NotA(absl::string_view thing, absl::string_view name, const Sentence& why) {
  return Refuse(Reason::kInvalidName, why,
                {{"field", std::string(thing)}, {"value", Printable(name)}});
}

// Only the number's one spelling is a name: no sign, space or leading zero, else two names were one
// grant.
std::optional<int64_t> ParseNumber(absl::string_view digits) {
  int64_t number = 0;
  if (!HasForm(
          digits, 19, [](char c) { return '1' <= c && c <= '9'; }, IsDigit) ||
      !absl::SimpleAtoi(digits, &number)) {
    return std::nullopt;
  }
  return number;
}

std::optional<NumberedName> ParseNumbered(absl::string_view name, absl::string_view middle) {
  if (!absl::ConsumePrefix(&name, kProjects)) return std::nullopt;
  const size_t at = name.find(middle);
  if (at == absl::string_view::npos || !IsId(name.substr(0, at))) return std::nullopt;
  const std::optional<int64_t> number = ParseNumber(name.substr(at + middle.size()));
  if (!number.has_value()) return std::nullopt;
  return NumberedName{std::string(name.substr(0, at)), *number};
}

}  // namespace

Sentence Named(absl::string_view what, absl::string_view name) {
  const std::string legible = Legible(name);
  if (what == "project") return Say("project \"$0\"", legible);
  if (what == "site") return Say("site \"$0\"", legible);
  if (what == "cluster") return Say("cluster \"$0\"", legible);
  if (what == "institution") return Say("institution \"$0\"", legible);
  if (what == "programme") return Say("programme \"$0\"", legible);
  if (what == "data class") return Say("data class \"$0\"", legible);
  if (what == "user") return Say("user \"$0\"", legible);
  if (what == "login") return Say("login \"$0\"", legible);
  if (what == "pi") return Say("pi \"$0\"", legible);
  if (what == "account") return Say("account \"$0\"", legible);
  if (what == "partition") return Say("partition \"$0\"", legible);
  return Say("$0 \"$1\"", what, legible);
}

absl::Status CheckId(absl::string_view what, absl::string_view id) {
  if (IsId(id)) return absl::OkStatus();
  return Refuse(
      Reason::kInvalidName,
      Say("$0 is not an id: use a letter, then at most 29 of a-z, 0-9, _ or -", Named(what, id)),
      {{"field", std::string(what)}, {"value", Printable(id)}});
}

absl::Status CheckLogin(absl::string_view what, absl::string_view login) {
  if (HasForm(login, kLoginBytesMax, IsLoginStart, IsLoginCharacter)) return absl::OkStatus();
  return Refuse(Reason::kInvalidName,
                Say("$0 is not a login: use a letter, digit or _, then at most 63 of letters, "
                    "digits, _, ., @ or -",
                    Named(what, login)),
                {{"field", std::string(what)}, {"value", Printable(login)}});
}

absl::Status CheckResource(absl::string_view resource) {
  if (FindKind(resource).has_value()) return absl::OkStatus();
  return Refuse(Reason::kInvalidName,
                Say("resource $0 is not one: use cpu, support, gpu-{model} or storage-{tier}, "
                    "where a model is at most 64 of a-z, 0-9, _, -, . or +, a tier at most 25 of "
                    "a-z, 0-9, _ or -, and both begin with a letter or digit, for example gpu-a100",
                    Quoted(resource)),
                {{"field", "resource"}, {"value", Printable(resource)}});
}

ResourceKind KindOf(absl::string_view resource) {
  const std::optional<ResourceKind> kind = FindKind(resource);
  if (!kind.has_value()) std::abort();
  return *kind;
}

std::string ProjectName(absl::string_view project) { return absl::StrCat(kProjects, project); }

absl::StatusOr<std::string> ParseProjectName(absl::string_view name) {
  absl::string_view id = name;
  if (absl::ConsumePrefix(&id, kProjects) && IsId(id)) return std::string(id);
  return NotA(
      "project", name,
      Say("$0 is not the name of a project: write projects/{project}, for example projects/proj_a",
          Quoted(name)));
}

std::string SiteName(absl::string_view site) { return absl::StrCat(kSites, site); }

absl::StatusOr<std::string> ParseSiteName(absl::string_view name) {
  absl::string_view id = name;
  if (absl::ConsumePrefix(&id, kSites) && IsId(id)) return std::string(id);
  return NotA("site", name,
              Say("$0 is not the name of a site: write sites/{site}, for example sites/psmn",
                  Quoted(name)));
}

std::string GrantName(absl::string_view project, int64_t grant) {
  return absl::StrCat(kProjects, project, kGrants, grant);
}

absl::StatusOr<NumberedName> ParseGrantName(absl::string_view name) {
  std::optional<NumberedName> parsed = ParseNumbered(name, kGrants);
  if (parsed.has_value()) return *std::move(parsed);
  return NotA("grant", name,
              Say("$0 is not the name of a grant: write projects/{project}/grants/g{number}, for "
                  "example projects/proj_a/grants/g17",
                  Quoted(name)));
}

std::string RequestName(absl::string_view project, int64_t request) {
  return absl::StrCat(kProjects, project, kRequests, request);
}

absl::StatusOr<NumberedName> ParseRequestName(absl::string_view name) {
  std::optional<NumberedName> parsed = ParseNumbered(name, kRequests);
  if (parsed.has_value()) return *std::move(parsed);
  return NotA("request", name,
              Say("$0 is not the name of a request: write projects/{project}/requests/r{number}, "
                  "for example projects/proj_a/requests/r5",
                  Quoted(name)));
}

}  // namespace mesolys
