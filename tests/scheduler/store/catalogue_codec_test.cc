#include "scheduler/store/catalogue_codec.h"

#include "gtest/gtest.h"
#include "tests/fakes/test_catalogue.h"

namespace mesolys {
namespace {

TEST(CatalogueCodecTest, AProgrammeOfBeforeThereWereWeightsHasTheWeightOne) {
  v1::StoredCatalogueAdopted stored;
  Encode(CatalogueAdopted{TestCatalogue(), "", ""}, stored);
  for (auto& [id, programme] : *stored.mutable_programmes()) programme.clear_weight();
  EXPECT_EQ(Decode(stored).catalogue, TestCatalogue());
}

}  // namespace
}  // namespace mesolys
