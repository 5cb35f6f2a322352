#include "scheduler/store/catalogue_codec.h"

namespace mesolys {
namespace {

void Encode(const Programme& programme, v1::StoredProgramme& out) {
  out.set_title(programme.title);
  out.set_dynamic(programme.dynamic);
  out.set_calls(programme.calls);
  out.set_threshold(programme.threshold.count());
  out.set_storage_max(programme.storage_max.count());
  out.set_support_max(programme.support_max.count());
  out.set_period_days_max(programme.period_days_max);
  out.set_team_min(programme.team_min);
  out.set_team_max(programme.team_max);
  out.set_supervisor_required(programme.supervisor_required);
  out.set_bonus(programme.bonus.count());
  out.set_grace_days(programme.grace_days);
  out.set_late_days_warned(programme.late_days_warned);
  out.set_late_days_max(programme.late_days_max);
  out.set_notice_days(programme.notice_days);
  out.set_weight(programme.weight.count());
  out.set_eco(programme.eco);
}

Programme Decode(const v1::StoredProgramme& in) {
  return {in.title(),
          in.dynamic(),
          in.calls(),
          NormalisedSeconds(in.threshold()),
          Amount(in.storage_max()),
          Amount(in.support_max()),
          in.period_days_max(),
          in.team_min(),
          in.team_max(),
          in.supervisor_required(),
          PartsPerMillion(in.bonus()),
          in.grace_days(),
          in.late_days_warned(),
          in.late_days_max(),
          in.notice_days(),
          in.weight() == 0 ? Programme().weight : PartsPerMillion(in.weight()),
          in.eco()};
}

void Encode(const Site& site, v1::StoredSite& out) {
  out.set_title(site.title);
  for (const std::string& cluster : site.clusters) out.add_clusters(cluster);
  for (const std::string& certification : site.certifications) {
    out.add_certifications(certification);
  }
  out.set_pue_milli(site.pue_milli);
  out.set_cores_per_gpu(site.cores_per_gpu);
  out.set_gpu_model(site.gpu_model);
  out.set_gpu_jobs_pay_cpu(site.gpu_jobs_pay_cpu);
  out.set_node_cores(site.node_share.cores);
  out.set_node_memory(site.node_share.memory_bytes);
  out.set_node_gpus(site.node_share.gpus);
  for (int64_t uid : site.admin_uids) out.add_admin_uids(uid);
  for (const auto& [name, part] : site.gpu_names) {
    v1::StoredGpuPart& stored = (*out.mutable_gpu_names())[name];
    stored.set_resource(part.resource);
    stored.set_parts(part.parts);
    stored.set_whole(part.whole);
  }
  for (const Capacity& capacity : site.capacities) {
    v1::StoredCapacity& line = *out.add_capacities();
    line.set_resource(capacity.resource);
    line.set_from(absl::ToUnixSeconds(capacity.from));
    line.set_units(capacity.units);
    line.set_availability(capacity.availability.count());
  }
}

Site Decode(const v1::StoredSite& in) {
  Site site;
  site.title = in.title();
  site.clusters.assign(in.clusters().begin(), in.clusters().end());
  site.certifications.assign(in.certifications().begin(), in.certifications().end());
  site.pue_milli = in.pue_milli();
  site.cores_per_gpu = in.cores_per_gpu();
  site.gpu_model = in.gpu_model();
  site.gpu_jobs_pay_cpu = in.gpu_jobs_pay_cpu();
  site.node_share = {in.node_cores(), in.node_memory(), in.node_gpus()};
  site.admin_uids.assign(in.admin_uids().begin(), in.admin_uids().end());
  for (const auto& [name, part] : in.gpu_names()) {
    site.gpu_names[name] = {part.resource(), part.parts(), part.whole()};
  }
  for (const v1::StoredCapacity& line : in.capacities()) {
    site.capacities.push_back({line.resource(), absl::FromUnixSeconds(line.from()), line.units(),
                               PartsPerMillion(line.availability())});
  }
  return site;
}

}  // namespace

void Encode(const CatalogueAdopted& event, v1::StoredCatalogueAdopted& out) {
  const Catalogue& catalogue = event.catalogue;
  out.set_text(event.text);
  out.set_digest(event.digest);
  out.set_title(catalogue.title);
  out.set_time_zone(catalogue.time_zone);
  out.set_first_month(catalogue.first_month.number());
  for (absl::Time start : catalogue.month_starts) out.add_month_starts(absl::ToUnixSeconds(start));
  out.set_dynamic_reserve(catalogue.dynamic_reserve.count());
  for (const auto& [id, title] : catalogue.institutions) (*out.mutable_institutions())[id] = title;
  for (const auto& [id, factor] : catalogue.institution_factors) {
    (*out.mutable_institution_factors())[id] = factor.count();
  }
  for (const auto& [id, programme] : catalogue.programmes) {
    Encode(programme, (*out.mutable_programmes())[id]);
  }
  for (const auto& [id, data_class] : catalogue.data_classes) {
    v1::StoredDataClass& stored = (*out.mutable_data_classes())[id];
    stored.set_title(data_class.title);
    for (const std::string& needed : data_class.certifications) stored.add_certifications(needed);
  }
  out.set_default_data_class(catalogue.default_data_class);
  for (const auto& [id, site] : catalogue.sites) Encode(site, (*out.mutable_sites())[id]);
  for (const NormalisationRate& rate : catalogue.rates) {
    v1::StoredRate& line = *out.add_rates();
    line.set_resource(rate.resource);
    line.set_from(absl::ToUnixSeconds(rate.from));
    line.set_rate(rate.rate.count());
  }
  for (const auto& [user, roles] : catalogue.roles) {
    for (const std::string& role : roles) (*out.mutable_roles())[user].add_roles(role);
  }
}

CatalogueAdopted Decode(const v1::StoredCatalogueAdopted& in) {
  CatalogueAdopted event;
  event.text = in.text();
  event.digest = in.digest();
  Catalogue& catalogue = event.catalogue;
  catalogue.title = in.title();
  catalogue.time_zone = in.time_zone();
  catalogue.first_month = Month::FromNumber(in.first_month());
  for (int64_t start : in.month_starts()) {
    catalogue.month_starts.push_back(absl::FromUnixSeconds(start));
  }
  catalogue.dynamic_reserve = PartsPerMillion(in.dynamic_reserve());
  catalogue.institutions = {in.institutions().begin(), in.institutions().end()};
  for (const auto& [id, factor] : in.institution_factors()) {
    catalogue.institution_factors[id] = PartsPerMillion(factor);
  }
  for (const auto& [id, programme] : in.programmes()) catalogue.programmes[id] = Decode(programme);
  for (const auto& [id, data_class] : in.data_classes()) {
    catalogue.data_classes[id] = {
        data_class.title(),
        {data_class.certifications().begin(), data_class.certifications().end()}};
  }
  catalogue.default_data_class = in.default_data_class();
  for (const auto& [id, site] : in.sites()) catalogue.sites[id] = Decode(site);
  for (const v1::StoredRate& rate : in.rates()) {
    catalogue.rates.push_back(
        {rate.resource(), absl::FromUnixSeconds(rate.from()), PartsPerMillion(rate.rate())});
  }
  for (const auto& [user, roles] : in.roles()) {
    catalogue.roles[user] = {roles.roles().begin(), roles.roles().end()};
  }
  return event;
}

}  // namespace mesolys
