#include "client/language/language.h"

#include <libintl.h>

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace mesolys::client {
namespace {

constexpr char kDomain[] = "mesolys";

// "fr" of "fr_FR.UTF-8@euro".
std::string LanguageOf(const std::string& locale) {
  return locale.substr(0, locale.find_first_of("_.@"));
}

// Where catalogues are: beside the program where it is installed, else in the folder of the build.
std::string CatalogueFolder() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path installed = program.parent_path().parent_path() / "share" / "locale";
  const bool is_installed =
      !error && std::filesystem::exists(installed / "fr/LC_MESSAGES/mesolys.mo", error);
  return is_installed ? installed.string() : MESOLYS_LOCALE_DIR;
}

// The languages that the environment asks for, the best first; none for English.
std::vector<std::string> WantedLanguages(const Environment& environment) {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const std::string locale = Variable(environment, name);
    if (locale.empty()) continue;
    const std::string language = LanguageOf(locale);
    if (language == "C" || language == "POSIX") return {};
    std::vector<std::string> wanted;
    for (const absl::string_view one : absl::StrSplit(Variable(environment, "LANGUAGE"), ':')) {
      if (!one.empty()) wanted.push_back(LanguageOf(std::string(one)));
    }
    wanted.push_back(language);
    return wanted;
  }
  return {};
}

}  // namespace

void UseLanguage(const Environment& environment) {
  // The first that is English ends the list: gettext would go on to the next.
  std::string list;
  for (const std::string& language : WantedLanguages(environment)) {
    if (language == "en") break;
    absl::StrAppend(&list, list.empty() ? "" : ":", language);
  }
  if (list.empty()) {
    if (IsTranslated()) std::setlocale(LC_MESSAGES, "C");
    return;
  }
  // A login node need not have the user's locale installed: this one is always there, and with it
  // LANGUAGE decides.
  std::setlocale(LC_MESSAGES, "C.UTF-8");
  setenv("LANGUAGE", list.c_str(), /*overwrite=*/1);
  bindtextdomain(kDomain, CatalogueFolder().c_str());
  bind_textdomain_codeset(kDomain, "UTF-8");
  // strerror speaks the language too; LC_CTYPE, which would say how to write it, stays "C".
  bind_textdomain_codeset("libc", "UTF-8");
}

bool IsTranslated() { return std::string(std::setlocale(LC_MESSAGES, nullptr)) != "C"; }

// gettext answers "" with the head of the catalogue.
std::string Tr(const char* sentence) {
  return *sentence == '\0' ? "" : dgettext(kDomain, sentence);
}

// A catalogue keeps a meaning before the word, with EOT between them.
std::string TrIn(const char* meaning, const char* word) {
  const std::string key = absl::StrCat(meaning, "\004", word);
  const std::string told = dgettext(kDomain, key.c_str());
  return told == key ? word : told;
}

std::string FormFor(const char* one, const char* many, int64_t number) {
  return dngettext(kDomain, one, many, static_cast<unsigned long>(number));
}

}  // namespace mesolys::client
