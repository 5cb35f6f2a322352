// The corpus of every fuzz target, and a few thousand texts made of it by chance, without a fuzzer:
// what it once found is never found again.

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/fakes/source_tree.h"
#include "tests/fakes/test_seed.h"
#include "tests/fuzz/targets.h"

namespace mesolys {
namespace {

struct Target {
  const char* name;  // of its corpus
  void (*run)(absl::string_view);
};

void PrintTo(const Target& target, std::ostream* out) { *out << target.name; }

std::vector<std::string> Corpus(const std::string& name) {
  std::vector<std::filesystem::path> paths;
  const std::filesystem::path folder =
      std::filesystem::path(SourcePath("tests/fuzz/corpus")) / name;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (const std::filesystem::path& path : paths) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    texts.push_back(text.str());
  }
  return texts;
}

// Cuts, doubles, swaps and overwrites pieces of it.
std::string Mutated(std::string text, std::mt19937_64& rng) {
  constexpr char kBytes[] = "\0\n\r\t =,|-+*[]()0919aZ\x1f\x7f\xff\xc3";
  const auto place = [&] { return rng() % (text.size() + 1); };
  for (uint64_t change = rng() % 8 + 1; change > 0; --change) {
    const size_t at = place();
    switch (rng() % 5) {
      case 0:
        text.erase(at, rng() % 16);
        break;
      case 1:
        text.insert(at, text.substr(place(), rng() % 64));
        break;
      case 2:
        text.insert(at, 1, kBytes[rng() % (sizeof kBytes - 1)]);
        break;
      case 3:
        if (at < text.size()) text[at] = static_cast<char>(rng());
        break;
      default:
        text.insert(at, "99999999999999999999");
    }
  }
  return text;
}

class FuzzTest : public testing::TestWithParam<Target> {};

TEST_P(FuzzTest, HoldsForItsCorpus) {
  const std::vector<std::string> corpus = Corpus(GetParam().name);
  ASSERT_GE(corpus.size(), 2u);
  for (const std::string& text : corpus) GetParam().run(text);
  GetParam().run("");
}

TEST_P(FuzzTest, HoldsForWhatChanceMakesOfIt) {
  const uint64_t seed = TestSeed();
  RecordProperty("seed", std::to_string(seed));
  std::mt19937_64 rng(seed);
  const std::vector<std::string> corpus = Corpus(GetParam().name);
  for (int i = 0; i < 3000; ++i) GetParam().run(Mutated(corpus[rng() % corpus.size()], rng));
}

INSTANTIATE_TEST_SUITE_P(
    Every, FuzzTest,
    testing::Values(Target{"sacct_row", FuzzSacctRow}, Target{"lines", FuzzLines},
                    Target{"scontrol", FuzzScontrol}, Target{"slurm_config", FuzzSlurmConfig},
                    Target{"host_list", FuzzHostList}, Target{"cursor", FuzzCursor},
                    Target{"problem", FuzzProblem}),
    [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace mesolys
