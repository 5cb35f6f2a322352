#include "scheduler/core/facts/usage_curve.h"

#include <algorithm>

#include "proto/values/quantity.h"

namespace mesolys {
namespace {

struct Corner {
  int64_t second = 0;  // since the start
  Amount expected;
};

// The corners of the line, both ends included, by time.
std::vector<Corner> CornersOf(const UsageCurve& curve, const Period& period, Amount amount) {
  std::vector<Corner> corners = {{0, Amount()}};
  for (const CurvePoint& point : curve) {
    if (point.time <= period.start || point.time >= period.end) continue;
    corners.push_back({Period{period.start, point.time}.Seconds(),
                       Amount(MulDiv(amount.count(), point.share.count(), kMillion))});
  }
  corners.push_back({period.Seconds(), amount});
  return corners;
}

}  // namespace

Amount ExpectedBy(const UsageCurve& curve, const Period& period, Amount amount, absl::Time time) {
  if (time <= period.start) return {};
  if (time >= period.end) return amount;
  const int64_t second = Period{period.start, time}.Seconds();
  const std::vector<Corner> corners = CornersOf(curve, period, amount);
  const auto after =
      std::upper_bound(corners.begin(), corners.end(), second,
                       [](int64_t at, const Corner& corner) { return at < corner.second; });
  if (after == corners.end()) return amount;
  const Corner& before = *std::prev(after);
  const Amount rise = after->expected - before.expected;
  return before.expected +
         Amount(MulDiv(rise.count(), second - before.second, after->second - before.second));
}

absl::Time ReachedWith(const UsageCurve& curve, const Period& period, Amount amount, Amount used) {
  const std::vector<Corner> corners = CornersOf(curve, period, amount);
  const auto after =
      std::upper_bound(corners.begin(), corners.end(), used,
                       [](Amount at, const Corner& corner) { return at < corner.expected; });
  if (after == corners.end()) return period.end;
  const Corner& before = *std::prev(after);
  const Amount rise = after->expected - before.expected;
  return period.start +
         absl::Seconds(before.second + MulDiv(after->second - before.second,
                                              (used - before.expected).count(), rise.count()));
}

}  // namespace mesolys
