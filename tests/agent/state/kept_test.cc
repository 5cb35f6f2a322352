#include "agent/state/kept.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace mesolys::agent {
namespace {

class KeptTest : public testing::Test {
 protected:
  KeptTest() { EXPECT_TRUE(database_.Execute(Kept::kSchema).ok()); }

  void Write(const std::string& key, const std::string& value) {
    const std::string insert =
        absl::StrCat("INSERT INTO meta VALUES (x'", absl::BytesToHexString(key), "', x'",
                     absl::BytesToHexString(value), "')");
    ASSERT_TRUE(database_.Execute(insert.c_str()).ok());
  }

  TemporaryDirectory directory_;
  Database database_ = *Database::Open(directory_.File("spool.db"));
  Kept kept_{database_};
};

TEST_F(KeptTest, EachCollectorHasACursorOfItsOwn) {
  EXPECT_EQ(*kept_.Cursor(""), "");
  EXPECT_EQ(*kept_.Cursor("scratch"), "");
  ASSERT_TRUE(kept_.SetCursor("", "slurm1 7").ok());
  ASSERT_TRUE(kept_.SetCursor("scratch", "lustre 3").ok());
  ASSERT_TRUE(kept_.SetCursor("", "slurm1 8").ok());
  EXPECT_EQ(*kept_.Cursor(""), "slurm1 8");
  EXPECT_EQ(*kept_.Cursor("scratch"), "lustre 3");
}

TEST_F(KeptTest, TheCursorFromWhenThereWasOneCollectorIsThatOfTheOneWithoutAName) {
  Write("cursor", "slurm1 7");
  EXPECT_EQ(*kept_.Cursor(""), "slurm1 7");
  EXPECT_EQ(*kept_.Cursor("scratch"), "");
}

TEST_F(KeptTest, WhatCannotBeReadBackIsNotTakenForNothing) {
  EXPECT_EQ(kept_.SpoolId().status().code(), absl::StatusCode::kDataLoss);
  Write("desired_state", "\xff");
  Write("generation_in_force", "many");
  Write("witness", "\xff");
  Write("quarantined_count", "");
  EXPECT_EQ(kept_.DesiredState().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(kept_.GenerationInForce().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(kept_.Witness().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(kept_.Mark().status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace mesolys::agent
