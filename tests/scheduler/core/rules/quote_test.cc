#include "scheduler/core/rules/quote.h"

#include "gtest/gtest.h"
#include "tests/fakes/ledger_text.h"
#include "tests/scheduler/core/rules/dynamic_access_fixture.h"

namespace mesolys {
namespace {

class QuoteTest : public DynamicAccessTest {
 protected:
  Request Wish(const std::string& project, std::vector<RequestLine> lines,
               const Period& period = kRest) const {
    Request request;
    request.project = project;
    request.lines = std::move(lines);
    request.period = period;
    request.requester = "spiffe://mesolys/user/paul";
    return request;
  }
  absl::StatusOr<Quote> Ask(const Request& request) const {
    return QuoteFor(mesocentre.ledger(), request, mesocentre.now());
  }
};

TEST_F(QuoteTest, SaysWhatTheRequestThenGets) {
  const std::vector<RequestLine> lines = {Line("gpu-a100", 3600), Line("storage-work", kTerabyte)};
  const absl::StatusOr<Quote> quote = Ask(Wish("alpha", lines));
  ASSERT_TRUE(quote.ok()) << quote.status();
  EXPECT_EQ(mesocentre.Ask("alpha", lines, kRest), quote->decision.outcome);
  const std::vector<GrantEntry>& given = mesocentre.ledger().grants();
  ASSERT_EQ(given.size(), quote->decision.grants.size());
  for (size_t i = 0; i < given.size(); ++i) EXPECT_EQ(given[i].grant, quote->decision.grants[i]);
}

TEST_F(QuoteTest, ChangesNothing) {
  const std::string before = TextOf(mesocentre.ledger());
  ASSERT_TRUE(Ask(Wish("alpha", {Line("cpu", 3600)})).ok());
  EXPECT_EQ(TextOf(mesocentre.ledger()), before);
}

TEST_F(QuoteTest, ThePriceIsWhatTheThresholdLoses) {
  const absl::StatusOr<Quote> quote = Ask(Wish("alpha", {Line("gpu-a100", 3600)}));
  ASSERT_TRUE(quote.ok());
  // Two normalised seconds for each of an A100; its cores are in the price.
  EXPECT_EQ(quote->price, NormalisedSeconds(7200));
  EXPECT_EQ(quote->threshold, NormalisedSeconds(20'000'000));
  EXPECT_EQ(quote->threshold_left, quote->threshold);
  mesocentre.Ask("alpha", {Line("gpu-a100", 3600)}, kRest);
  EXPECT_EQ(Ask(Wish("beta", {Line("cpu", 1)}))->threshold_left,
            quote->threshold_left - quote->price);
}

TEST_F(QuoteTest, SaysFromWhenOnAllOfItWouldBeGranted) {
  // By July another month of the reserve is released.
  const int64_t more = kNorthReserve + 3600;
  const Request wish = Wish("gamma", {Line("cpu", more, {"north"})});
  const absl::StatusOr<Quote> quote = Ask(wish);
  ASSERT_TRUE(quote.ok());
  EXPECT_EQ(quote->decision.outcome.state, RequestState::kPartlyGranted);
  ASSERT_TRUE(quote->whole_from.has_value());
  EXPECT_EQ(*quote->whole_from, Day(2026, 8));
  mesocentre.SetNow(*quote->whole_from);
  const Period later{*quote->whole_from, *quote->whole_from + (kRest.end - kRest.start)};
  EXPECT_EQ(mesocentre.Ask("gamma", wish.lines, later).state, RequestState::kGranted);
}

TEST_F(QuoteTest, NamesNoDayForWhatNobodyWillEverGrant) {
  const absl::StatusOr<Quote> quote = Ask(Wish("alpha", {Line("cpu", kChairCpu + 1)}));
  ASSERT_TRUE(quote.ok());
  EXPECT_EQ(quote->decision.outcome.state, RequestState::kPartlyGranted);
  EXPECT_FALSE(quote->whole_from.has_value());
}

TEST_F(QuoteTest, NamesNoDayWhenAllOfItIsGrantedNow) {
  EXPECT_FALSE(Ask(Wish("alpha", {Line("cpu", 1)}))->whole_from.has_value());
}

TEST_F(QuoteTest, AMalformedWishIsAnError) {
  EXPECT_EQ(RefusalOf(Ask(Wish("nobody", {Line("cpu", 1)})).status())->reason,
            Reason::kUnknownProject);
  EXPECT_EQ(RefusalOf(Ask(Wish("alpha", {Line("cpu", 0)})).status())->reason,
            Reason::kInvalidAmount);
}

}  // namespace
}  // namespace mesolys
