// What a fake site says of its accounting: it has done an import, and told everything, when it is
// asked the second time.

#include "tests/client/fake_allocation_service.h"

namespace mesolys::client {
namespace {

constexpr int64_t kHour = 3600;

v1::UsageDifference Difference(int64_t job, v1::UsageDifference::Cause cause, int64_t accounting,
                               int64_t ledger) {
  v1::UsageDifference difference;
  difference.mutable_job()->set_cluster("psmn");
  difference.mutable_job()->set_job_id(job);
  difference.mutable_job()->mutable_submit_time()->set_seconds(1795000000);
  difference.set_account("proj_a");
  difference.set_user("alice");
  difference.set_resource("cpu");
  difference.set_cause(cause);
  difference.set_accounting_base_units(accounting);
  difference.set_ledger_base_units(ledger);
  difference.set_amount_base_units(ledger - accounting);
  return difference;
}

std::vector<v1::UsageDifference> FakeDifferences(bool with_unexplained) {
  std::vector<v1::UsageDifference> all = {
      Difference(41, v1::UsageDifference::NO_GRANT, 2 * kHour, 0),
      Difference(42, v1::UsageDifference::CLIPPED, kHour, 3 * kHour)};
  if (with_unexplained) {
    all.push_back(Difference(43, v1::UsageDifference::UNEXPLAINED, 5 * kHour, 0));
  }
  return all;
}

}  // namespace

void FakeAllocationService::SetAccounting(bool with_unexplained, const std::string& problem) {
  std::lock_guard<std::mutex> lock(mutex_);
  with_unexplained_ = with_unexplained;
  accounting_problem_ = problem;
}

grpc::Status FakeAllocationService::ImportUsage(grpc::ServerContext* context,
                                                const v1::ImportUsageRequest* in,
                                                v1::UsageImport* out) {
  return Change(context, *in, out, [&] {
    out->set_site(in->site());
    *out->mutable_period() = in->period();
    out->set_number(static_cast<int64_t>(imports_.size()) + 1);
    out->set_state(v1::UsageImport::ORDERED);
    out->mutable_order_time()->set_seconds(1795248000);
    if (!in->validate_only()) imports_.push_back(*out);
    return grpc::Status::OK;
  });
}

// Called with the lock held.
void FakeAllocationService::ShowImports(v1::Site& site) {
  for (v1::UsageImport& import : imports_) {
    *site.add_imports() = import;
    import.set_state(accounting_problem_.empty() ? v1::UsageImport::DONE : v1::UsageImport::FAILED);
    import.mutable_end_time()->set_seconds(1795248060);
    v1::ImportResult& result = *import.mutable_result();
    result.set_job_count(120);
    result.set_changed_count(20);
    result.set_core_seconds(90 * kHour);
    result.set_problem(accounting_problem_);
  }
}

grpc::Status FakeAllocationService::CompareUsage(grpc::ServerContext* context,
                                                 const v1::CompareUsageRequest* in,
                                                 v1::UsageComparison* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  std::lock_guard<std::mutex> lock(mutex_);
  comparison_.Clear();
  comparison_.set_site(in->site());
  comparison_.set_number(5);
  *comparison_.mutable_period() = in->period();
  comparison_.set_state(v1::UsageComparison::RUNNING);
  *out = comparison_;
  return grpc::Status::OK;
}

grpc::Status FakeAllocationService::GetUsageComparison(grpc::ServerContext* context,
                                                       const v1::GetUsageComparisonRequest* in,
                                                       v1::UsageComparison* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  std::lock_guard<std::mutex> lock(mutex_);
  if (in->number() != comparison_.number()) {
    return ToGrpcStatus(Refuse(Reason::kUnknownComparison, Say("not known")));
  }
  *out = comparison_;
  comparison_.set_job_count(120);
  comparison_.set_new_job_count(20);
  comparison_.set_problem(accounting_problem_);
  comparison_.set_state(accounting_problem_.empty() ? v1::UsageComparison::DONE
                                                    : v1::UsageComparison::FAILED);
  if (comparison_.totals_size() > 0 || !accounting_problem_.empty()) return grpc::Status::OK;
  v1::ComparedTotal& total = *comparison_.add_totals();
  total.set_resource("cpu");
  total.set_accounting_base_units(100 * kHour);
  total.set_ledger_base_units(100 * kHour);
  for (const v1::UsageDifference& each : FakeDifferences(with_unexplained_)) {
    v1::ComparedCause& cause = *total.add_causes();
    cause.set_cause(each.cause());
    cause.set_difference_count(1);
    cause.set_amount_base_units(each.amount_base_units());
    total.set_ledger_base_units(total.ledger_base_units() + each.amount_base_units());
    comparison_.set_difference_count(comparison_.difference_count() + 1);
  }
  comparison_.set_unexplained_count(with_unexplained_ ? 1 : 0);
  v1::ComparedAccount& account = *comparison_.add_accounts();
  account.set_cluster("psmn");
  account.set_account("proj_a");
  account.set_resource("cpu");
  account.set_job_count(120);
  account.set_new_job_count(20);
  account.set_accounting_base_units(100 * kHour);
  account.set_ledger_base_units(95 * kHour);
  return grpc::Status::OK;
}

grpc::Status FakeAllocationService::ListUsageDifferences(grpc::ServerContext* context,
                                                         const v1::ListUsageDifferencesRequest* in,
                                                         v1::ListUsageDifferencesResponse* out) {
  if (grpc::Status status = Enter(context); !status.ok()) return status;
  std::lock_guard<std::mutex> lock(mutex_);
  for (const v1::UsageDifference& each : FakeDifferences(with_unexplained_)) {
    if (in->unexplained() && each.cause() != v1::UsageDifference::UNEXPLAINED) continue;
    *out->add_differences() = each;
  }
  return grpc::Status::OK;
}

}  // namespace mesolys::client
