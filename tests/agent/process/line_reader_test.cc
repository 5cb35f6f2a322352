#include "agent/process/line_reader.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The texts from `offset` on; checks that each line begins where the one before says.
std::vector<std::string> Lines(const std::string& path, int64_t offset = 0) {
  absl::StatusOr<LineReader> reader = LineReader::Open(path);
  EXPECT_TRUE(reader.ok()) << reader.status();
  EXPECT_TRUE(reader->SeekTo(offset).ok());
  std::vector<std::string> lines;
  TextLine line;
  while (*reader->Next(line)) {
    EXPECT_EQ(line.offset, offset);
    offset = line.next_offset;
    lines.emplace_back(line.text);
  }
  EXPECT_EQ(offset, reader->size_bytes());
  return lines;
}

TEST(LineReaderTest, ReadsLinesOfAnyEnding) {
  TemporaryDirectory directory;
  EXPECT_THAT(Lines(directory.Write("f", "a\nbc\r\n\nd")), ElementsAre("a", "bc", "", "d"));
  EXPECT_THAT(Lines(directory.Write("f", "a\n")), ElementsAre("a"));
  EXPECT_THAT(Lines(directory.Write("f", "")), ElementsAre());
  EXPECT_THAT(Lines(directory.Write("f", std::string("a\0b\n", 4))),
              ElementsAre(std::string("a\0b", 3)));
}

TEST(LineReaderTest, GoesOnFromAnyLine) {
  TemporaryDirectory directory;
  EXPECT_THAT(Lines(directory.Write("f", "one\ntwo\nthree\n"), 4), ElementsAre("two", "three"));
}

TEST(LineReaderTest, TellsALineWithoutItsEnd) {
  TemporaryDirectory directory;
  absl::StatusOr<LineReader> reader = LineReader::Open(directory.Write("f", "one\ntw"));
  TextLine line;
  ASSERT_TRUE(*reader->Next(line));
  EXPECT_TRUE(line.is_terminated);
  ASSERT_TRUE(*reader->Next(line));
  EXPECT_FALSE(line.is_terminated);
  EXPECT_FALSE(*reader->Next(line));
}

TEST(LineReaderTest, ReadsManyLinesAcrossItsBuffer) {
  TemporaryDirectory directory;
  std::string text;
  std::vector<std::string> expected;
  for (int line = 0; line < 5000; ++line) {
    expected.push_back(absl::StrCat(line, std::string(static_cast<size_t>(line % 97), 'x')));
    absl::StrAppend(&text, expected.back(), "\n");
  }
  EXPECT_EQ(Lines(directory.Write("f", text)), expected);
}

TEST(LineReaderTest, PassesOverALineThatIsTooLongInBoundedMemory) {
  TemporaryDirectory directory;
  const std::string giant(5 * LineReader::kLineBytesMax, 'x');
  for (const char* end : {"\nafter\n", ""}) {
    absl::StatusOr<LineReader> reader =
        LineReader::Open(directory.Write("f", absl::StrCat("before\n", giant, end)));
    TextLine line;
    ASSERT_TRUE(*reader->Next(line));
    EXPECT_EQ(line.text, "before");
    ASSERT_TRUE(*reader->Next(line));
    EXPECT_TRUE(line.is_too_long);
    EXPECT_LE(line.text.size(), 2 * LineReader::kLineBytesMax);
    EXPECT_EQ(line.text.substr(0, 10), "xxxxxxxxxx");
    const bool has_after = *reader->Next(line);
    EXPECT_EQ(has_after, *end != '\0');
    if (has_after) {
      EXPECT_EQ(line.text, "after");
      EXPECT_FALSE(line.is_too_long);
      EXPECT_EQ(line.next_offset, reader->size_bytes());
    }
  }
}

TEST(LineReaderTest, TakesALineOfExactlyTheLimit) {
  TemporaryDirectory directory;
  const std::string longest(LineReader::kLineBytesMax, 'x');
  absl::StatusOr<LineReader> reader =
      LineReader::Open(directory.Write("f", absl::StrCat(longest, "\n", longest, "x\n")));
  TextLine line;
  ASSERT_TRUE(*reader->Next(line));
  EXPECT_FALSE(line.is_too_long);
  ASSERT_TRUE(*reader->Next(line));
  EXPECT_TRUE(line.is_too_long);
}

TEST(LineReaderTest, NamesAFileThatIsNotThere) {
  const absl::StatusOr<LineReader> reader = LineReader::Open("no/such/jobs.txt");
  EXPECT_EQ(reader.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(reader.status().message()), HasSubstr("no/such/jobs.txt"));
  TemporaryDirectory directory;
  EXPECT_EQ(LineReader::Open(directory.path()).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace mesolys::agent
