#include "client/site/unsettled.h"

#include "client/language/language.h"
#include "client/show/cells.h"

namespace mesolys::client {

Table RunawaysTable(const v1::Site& site, const absl::TimeZone& zone) {
  Table table{"runaway_jobs",
              {{"cluster", Tr("CLUSTER")},
               {"job_id", Tr("RUNAWAY JOB"), true},
               {"submit_time", Tr("SUBMITTED"), false, false, 1},
               {"account", Tr("ACCOUNT")},
               {"user", Tr("USER")},
               {"start_time", Tr("START")},
               {"end_time", Tr("CHARGED UNTIL")},
               {"cause", Tr("REASON")}},
              {}};
  for (const v1::RunawayJob& job : site.agent().runaway_jobs()) {
    table.rows.push_back({TextCell(job.cluster()), NumberCell(job.job_id()),
                          MinuteCell(job.has_submit_time(), job.submit_time(), zone),
                          TextCell(job.account()), TextCell(job.user()),
                          MinuteCell(job.has_start_time(), job.start_time(), zone),
                          MinuteCell(job.has_end_time(), job.end_time(), zone),
                          StateCell(v1::RunawayJob::Cause_Name(job.cause()))});
  }
  table.for_people = !table.rows.empty();
  return table;
}

Table HeldRowsTable(const v1::Site& site, const absl::TimeZone& zone) {
  Table table{"held_rows",
              {{"number", Tr("HELD ROW"), true},
               {"cluster", Tr("CLUSTER")},
               {"job_id", Tr("JOB")},
               {"account", Tr("ACCOUNT")},
               {"user", Tr("USER"), false, false, 1},
               {"set_aside_time", Tr("SET ASIDE"), false, false, 2},
               {"resource", Tr("RESOURCE")},
               {"amount_base_units", Tr("HELD BACK"), true},
               {"reason", Tr("REASON")}},
              {}};
  for (const v1::HeldRow& row : site.agent().held_rows()) {
    for (const v1::HeldAmount& amount : row.amounts()) {
      table.rows.push_back({NumberCell(row.number()), TextCell(row.cluster()),
                            TextCell(row.job_id()), TextCell(row.account()), TextCell(row.user()),
                            MinuteCell(row.has_set_aside_time(), row.set_aside_time(), zone),
                            TextCell(amount.resource()),
                            AmountCell(amount.resource(), amount.amount_base_units()),
                            ToldCell(row.reason())});
    }
  }
  table.for_people = !table.rows.empty();
  return table;
}

}  // namespace mesolys::client
