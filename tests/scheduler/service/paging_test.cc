// Pages: however small they are, together they are the list.

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/scheduler/service/service_fixture.h"

namespace mesolys {
namespace {

using testing::Each;
using testing::SizeIs;

// One page of any list.
struct AnyPage {
  std::string why;
  std::vector<std::string> entries;
  std::string next;
};

struct AnyList {
  std::string name;
  std::string identity;
  size_t size = 0;
  std::function<AnyPage(Caller&, int page_size, const std::string& token)> page;
};

// `entries` picks the list out of its response.
template <typename Request, typename Entries>
AnyList ListOf(std::string name, std::string identity, size_t size, Request request,
               Entries entries) {
  return {name, identity, size,
          [request, entries](Caller& caller, int page_size, const std::string& token) {
            Request asked = request;
            asked.set_page_size(page_size);
            asked.set_page_token(token);
            const auto answer = caller.Call(asked);
            AnyPage page{Why(answer), {}, ""};
            if (!answer.ok()) return page;
            for (const auto& entry : entries(*answer)) page.entries.push_back(Bytes(entry));
            page.next = answer->next_page_token();
            return page;
          }};
}

template <typename Request>
Request OfAlpha() {
  Request request;
  request.set_project("projects/alpha");
  return request;
}

std::vector<AnyList> Lists() {
  return {
      ListOf("sites", "user/mia", 2, v1::ListSitesRequest(),
             [](const auto& answer) { return answer.sites(); }),
      ListOf("projects", "user/olga", 4, v1::ListProjectsRequest(),
             [](const auto& answer) { return answer.projects(); }),
      ListOf("visible projects", "user/bea", 1, v1::ListProjectsRequest(),
             [](const auto& answer) { return answer.projects(); }),
      ListOf("members", "user/paul", 4, OfAlpha<v1::ListMembersRequest>(),
             [](const auto& answer) { return answer.members(); }),
      ListOf("requests", "user/paul", 12, OfAlpha<v1::ListRequestsRequest>(),
             [](const auto& answer) { return answer.requests(); }),
      ListOf("grants", "user/paul", 12, OfAlpha<v1::ListGrantsRequest>(),
             [](const auto& answer) { return answer.grants(); }),
      ListOf("jobs", "user/paul", 9, OfAlpha<v1::ListJobsRequest>(),
             [](const auto& answer) { return answer.jobs(); }),
      ListOf("own jobs", "user/rita", 3, OfAlpha<v1::ListJobsRequest>(),
             [](const auto& answer) { return answer.jobs(); }),
      ListOf("unassigned", "user/alba", 3, v1::ListUnassignedRequest(),
             [](const auto& answer) { return answer.uses(); }),
  };
}

class PagingTest : public ServiceTest {
 protected:
  PagingTest() {
    Populate();
    // Numbers of one and of two digits; those of zeta lie between.
    for (int i = 0; i < 12; ++i) {
      Ask("alpha", 1000 + i, absl::StrCat("alpha ", i));
      Ask("zeta", 1000 + i, absl::StrCat("zeta ", i));
    }
    LinkOldAccount();
    v1::ReportUsageRequest report = EmptyReport("report");
    for (int i = 1; i <= 3; ++i) {
      *report.add_records() = FinishedJob(i * 10, "alpha", "rita1");
      *report.add_records() = FinishedJob(i * 10 + 1, "alpha", "rene1");
      *report.add_records() = FinishedJob(i * 10 + 2, "old", "rene1");
      *report.add_records() = FinishedJob(i * 10 + 3, absl::StrCat("lost", i), "lola");
    }
    Report(report);
  }

  void LinkOldAccount() {
    v1::LinkAccountRequest link;
    link.set_project("projects/alpha");
    link.mutable_link()->set_cluster("east");
    link.mutable_link()->set_account("old");
    link.set_request_id("link");
    ASSERT_EQ(Why(Olga().Call(link)), "OK");
    ASSERT_TRUE(scheduler_->WaitUntilSettled());
  }

  // All entries, page by page.
  std::vector<std::string> Walk(const AnyList& list, int page_size) {
    std::vector<std::string> all;
    std::string token;
    int pages = 0;
    do {
      AnyPage page = list.page(As(list.identity), page_size, token);
      EXPECT_EQ(page.why, "OK") << list.name;
      EXPECT_LE(page.entries.size(), static_cast<size_t>(page_size)) << list.name;
      all.insert(all.end(), page.entries.begin(), page.entries.end());
      token = page.next;
    } while (!token.empty() && ++pages < 100);
    EXPECT_LT(pages, 100) << list.name << " does not end";
    return all;
  }
};

TEST_F(PagingTest, PagesOfAnySizeTogetherAreTheWholeList) {
  for (const AnyList& list : Lists()) {
    // Jobs come in several pages even so, one for each account.
    const std::vector<std::string> whole = Walk(list, 1000);
    ASSERT_THAT(whole, SizeIs(list.size)) << list.name;
    for (const int page_size : {1, 2, 3, 5}) {
      EXPECT_EQ(Walk(list, page_size), whole) << list.name << " by " << page_size;
    }
  }
}

TEST_F(PagingTest, APageWithoutASizeHasUpToAHundredEntriesAndNoneMoreThanAThousand) {
  for (const AnyList& list : Lists()) {
    const AnyPage whole = list.page(As(list.identity), 1000, "");
    EXPECT_EQ(list.page(As(list.identity), 0, "").entries, whole.entries) << list.name;
    EXPECT_EQ(list.page(As(list.identity), 2'000'000'000, "").entries, whole.entries) << list.name;
  }
}

TEST_F(PagingTest, ATokenThatIsNotOursAndANegativeSizeAreRefused) {
  for (const AnyList& list : Lists()) {
    EXPECT_EQ(list.page(As(list.identity), -1, "").why, "INVALID_ARGUMENT") << list.name;
    for (const std::string& token :
         {std::string("not a token"), std::string("!"), std::string("AAAA"),
          absl::WebSafeBase64Escape("before:x"), std::string(10'000, 'A')}) {
      EXPECT_EQ(list.page(As(list.identity), 1, token).why, "PAGE_TOKEN_INVALID")
          << list.name << " " << token.substr(0, 20);
    }
  }
}

// A list that silently began again would never end.
TEST_F(PagingTest, NumberedListsAndJobsRefuseTheTokensOfOtherLists) {
  const std::string token = absl::WebSafeBase64Escape("after:psmn");
  for (const AnyList& list : Lists()) {
    if (list.name != "requests" && list.name != "grants" &&
        list.name.find("jobs") == list.name.npos) {
      continue;
    }
    EXPECT_EQ(list.page(As(list.identity), 1, token).why, "PAGE_TOKEN_INVALID") << list.name;
  }
}

// The token is a position, not a permission.
TEST_F(PagingTest, ATokenOfAnotherProjectsJobsShowsNoneOfThem) {
  v1::ReportUsageRequest report = EmptyReport("more");
  for (int i = 1; i <= 3; ++i) *report.add_records() = FinishedJob(i, "zeta", "zoe1");
  Report(report);
  v1::ListJobsRequest request;
  request.set_project("projects/zeta");
  request.set_page_size(1);
  const auto theirs = As("user/zoe").Call(request);
  ASSERT_EQ(Why(theirs), "OK");
  ASSERT_FALSE(theirs->next_page_token().empty());
  v1::ListJobsRequest ours = OfAlpha<v1::ListJobsRequest>();
  ours.set_page_token(theirs->next_page_token());
  const auto answer = As("user/paul").Call(ours);
  ASSERT_EQ(Why(answer), "OK");
  std::vector<std::string> projects;
  for (const v1::Job& job : answer->jobs()) projects.push_back(job.project());
  EXPECT_THAT(projects, Each("projects/alpha"));
}

TEST_F(PagingTest, AnEntryAddedBehindThePageIsShownAndNothingTwice) {
  v1::ListGrantsRequest request = OfAlpha<v1::ListGrantsRequest>();
  request.set_page_size(11);
  const auto first = As("user/paul").Call(request);
  ASSERT_EQ(Why(first), "OK");
  Ask("alpha", 5000, "one more");
  request.set_page_token(first->next_page_token());
  const auto second = As("user/paul").Call(request);
  ASSERT_EQ(Why(second), "OK");
  ASSERT_THAT(second->grants(), SizeIs(2));
  EXPECT_EQ(second->grants(1).amount_base_units(), 5000);
  EXPECT_EQ(second->next_page_token(), "");
}

}  // namespace
}  // namespace mesolys
