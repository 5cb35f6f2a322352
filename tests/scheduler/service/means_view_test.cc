#include "scheduler/service/means_view.h"

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "proto/runtime/convert.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

v1::ResourceMeans Resource(const std::string& name, int64_t available, int64_t down = 0) {
  v1::ResourceMeans means;
  means.set_resource(name);
  means.mutable_units()->set_available_count(available);
  means.mutable_units()->set_down_count(down);
  means.mutable_nodes()->set_available_count(1);
  return means;
}

v1::SiteMeans Means(std::vector<v1::ResourceMeans> resources) {
  v1::SiteMeans means;
  for (v1::ResourceMeans& each : resources) *means.add_resources() = std::move(each);
  return means;
}

std::vector<std::string> Names(const v1::SiteMeans& means) {
  std::vector<std::string> names;
  for (const v1::ResourceMeans& each : means.resources()) names.push_back(each.resource());
  return names;
}

TEST(SaneMeansTest, KeepNothingThatNoSiteCanHave) {
  v1::ResourceMeans negative = Resource("gpu-t4", -1);
  v1::ResourceMeans huge = Resource("gpu-v100", int64_t{1} << 60);
  v1::ResourceMeans promised = Resource("gpu-a100", 4);
  promised.set_promised_count(7);
  const v1::SiteMeans sane = SaneMeans(
      Means({Resource("cpu", 64), Resource("cpu", 1), promised, negative, huge, Resource("gpu", 2),
             Resource("storage-work", 1), Resource("support", 1), Resource("x\xff", 1)}));
  EXPECT_THAT(Names(sane), ElementsAre("cpu", "gpu", "gpu-a100"));
  EXPECT_EQ(sane.resources(0).units().available_count(), 64);
  EXPECT_EQ(sane.resources(2).promised_count(), 0) << "an agent promises nothing";
}

TEST(SaneMeansTest, AreBounded) {
  v1::SiteMeans means;
  for (int i = 0; i < 1000; ++i) *means.add_resources() = Resource(absl::StrCat("gpu-x", i), 1);
  EXPECT_THAT(SaneMeans(means).resources(), SizeIs(32));
}

TEST(ShortfallTest, IsWhatIsPromisedAndNotAvailable) {
  v1::ResourceMeans means = Resource("cpu", 60, 40);
  means.set_promised_count(95);
  EXPECT_EQ(ShortfallOf(means), 35);
  means.set_promised_count(50);
  EXPECT_EQ(ShortfallOf(means), 0);
}

class MeansViewTest : public ServiceTest {
 protected:
  MeansViewTest() { Populate(); }

  void Say(const v1::SiteMeans* means) {
    v1::SynchronizeRequest request;
    request.set_site("sites/psmn");
    request.set_generation(-1);
    if (means != nullptr) *request.mutable_means() = *means;
    EXPECT_EQ(Why(As("site/psmn").Call(request)), "OK");
  }

  v1::Site Site() {
    v1::GetSiteRequest request;
    request.set_name("sites/psmn");
    const absl::StatusOr<v1::Site> site = Olga().Call(request);
    EXPECT_EQ(Why(site), "OK");
    return site.value_or(v1::Site());
  }
};

TEST_F(MeansViewTest, ShowsWhatTheAgentSaidBesideWhatTheCataloguePromises) {
  EXPECT_FALSE(Site().has_means());
  v1::SiteMeans said = Means({Resource("cpu", 900, 100), Resource("gpu", 12),
                              Resource("gpu-a100", 4), Resource("gpu-t4", 2)});
  *said.mutable_observe_time() = ToProto(WorldTime());
  Say(&said);
  const v1::SiteMeans shown = Site().means();
  EXPECT_EQ(shown.observe_time().seconds(), absl::ToUnixSeconds(WorldTime()));
  ASSERT_THAT(Names(shown), ElementsAre("cpu", "gpu-a100", "gpu-t4"));
  EXPECT_EQ(shown.resources(0).promised_count(), 1000);
  EXPECT_EQ(ShortfallOf(shown.resources(0)), 100);
  EXPECT_EQ(shown.resources(1).units().available_count(), 16) << "the site's are a100";
  EXPECT_EQ(ShortfallOf(shown.resources(1)), 4);
  EXPECT_EQ(shown.resources(2).promised_count(), 0);
}

TEST_F(MeansViewTest, CountsWhatASiteCallsOtherwiseAsItsPartOfAResource) {
  Catalogue catalogue = WorldCatalogue();
  catalogue.sites["psmn"].gpu_names = {{"nvidia_a100_1g.5gb", {"gpu-a100", 1, 7}},
                                       {"nvidia_a100", {"gpu-a100", 1, 1}}};
  scheduler_->Adopt(catalogue);
  const v1::SiteMeans said = Means({Resource("cpu", 96), Resource("gpu-nvidia_a100", 4),
                                    Resource("gpu-nvidia_a100_1g.5gb", 23, 6)});
  Say(&said);
  const v1::SiteMeans shown = Site().means();
  ASSERT_THAT(Names(shown), ElementsAre("cpu", "gpu-a100"));
  EXPECT_EQ(shown.resources(1).units().available_count(), 4 + 3) << "two slices make no GPU";
  EXPECT_EQ(shown.resources(1).units().down_count(), 0);
  EXPECT_EQ(shown.resources(1).nodes().available_count(), 2);
  EXPECT_EQ(Site().gpu_names().at("nvidia_a100_1g.5gb").whole(), 7);
}

TEST_F(MeansViewTest, NamesWhatIsPromisedAndNotThereAtAll) {
  const v1::SiteMeans said = Means({Resource("cpu", 1000)});
  Say(&said);
  const v1::SiteMeans shown = Site().means();
  ASSERT_THAT(Names(shown), ElementsAre("cpu", "gpu-a100"));
  EXPECT_EQ(ShortfallOf(shown.resources(1)), 20);
}

TEST_F(MeansViewTest, KeepsTheLastMeansOfAnAgentThatSaysNone) {
  const v1::SiteMeans said = Means({Resource("cpu", 7)});
  Say(&said);
  Say(nullptr);
  EXPECT_EQ(Site().means().resources(0).units().available_count(), 7);
}

TEST_F(MeansViewTest, PromisesNothingWithinPlannedMaintenance) {
  const v1::SiteMeans said = Means({Resource("cpu", 0)});
  Say(&said);
  EXPECT_EQ(ShortfallOf(Site().means().resources(0)), 1000);
  DeclareWindow declare;
  declare.window.kind = SiteWindow::Kind::kMaintenance;
  declare.window.site = "psmn";
  declare.window.period = {WorldTime(), WorldTime() + absl::Hours(2)};
  declare.window.title = "New switches";
  absl::Notification done;
  scheduler_->engine().Submit({"spiffe://mesolys/user/olga", "window", declare,
                               /*validate_only=*/false, [&done](const auto& answer) {
                                 EXPECT_TRUE(answer.ok()) << answer.status();
                                 done.Notify();
                               }});
  done.WaitForNotification();
  EXPECT_EQ(ShortfallOf(Site().means().resources(0)), 0);
}

}  // namespace
}  // namespace mesolys
