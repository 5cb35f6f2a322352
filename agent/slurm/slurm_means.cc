#include "agent/slurm/slurm_means.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/ports/quarantined_line.h"
#include "proto/values/sentence.h"

namespace mesolys::agent {
namespace {

// What is kept in memory of the answer to one question.
constexpr size_t kWeightMax = 1'000'000;

size_t WeightOf(const ScontrolNode&) { return 1; }
size_t WeightOf(const ScontrolPartition&) { return 1; }
size_t WeightOf(const ScontrolReservation& reservation) {
  size_t weight = 1 + reservation.nodes.size();
  for (const auto& [node, cores] : reservation.cores) weight += cores.size();
  return weight;
}

void ToProto(const MeansCount& count, v1::MeansCount& out) {
  out.set_available_count(count.available);
  out.set_down_count(count.down);
  out.set_drained_count(count.drained);
  out.set_maintenance_count(count.maintenance);
  out.set_reserved_count(count.reserved);
}

// What of an item that counts is left out.
absl::Status OddityOf(const ScontrolNode& node) { return node.gpus_read; }
absl::Status OddityOf(const ScontrolPartition&) { return absl::OkStatus(); }
absl::Status OddityOf(const ScontrolReservation&) { return absl::OkStatus(); }

v1::SiteMeans ToProto(const Means& means) {
  v1::SiteMeans out;
  for (const auto& [resource, each] : means) {
    v1::ResourceMeans& one = *out.add_resources();
    one.set_resource(resource);
    ToProto(each.nodes, *one.mutable_nodes());
    ToProto(each.units, *one.mutable_units());
  }
  return out;
}

}  // namespace

SlurmMeans::SlurmMeans(std::unique_ptr<Scontrol> scontrol, std::vector<std::string> clusters,
                       std::vector<std::string> partitions)
    : scontrol_(std::move(scontrol)),
      clusters_(std::move(clusters)),
      partitions_(std::move(partitions)) {}

void SlurmMeans::SetAside(const std::string& cluster, Scontrol::Noun noun,
                          const absl::Status& reason, absl::string_view line) {
  const std::string origin =
      absl::StrCat("scontrol --clusters=", cluster, " show ", ScontrolWord(noun));
  const std::string message(reason.message());
  const uint64_t mark = ToldLines::Mark(absl::StrCat(origin, "\n", line.substr(0, line.find(' ')),
                                                     "\n", message.substr(0, message.find('"'))));
  if (told_.Has(mark) || quarantined_.size() >= kQuarantinedMax) return;
  told_.Add(mark);
  quarantined_.push_back({origin, message, std::string(line)});
}

template <typename Item>
absl::Status SlurmMeans::Read(const std::string& cluster, Scontrol::Noun noun,
                              absl::StatusOr<Item> (*parse)(absl::string_view),
                              std::vector<Item>& items) {
  size_t weight = 0;
  return scontrol_->Show(cluster, noun, [&](const OutputLine& line) -> absl::Status {
    const absl::Status whole = CheckWhole(line);
    absl::StatusOr<Item> item = whole.ok() ? parse(line.text) : whole;
    if (!item.ok()) {
      SetAside(cluster, noun, item.status(), line.text);
      return absl::OkStatus();
    }
    if (absl::Status odd = OddityOf(*item); !odd.ok()) SetAside(cluster, noun, odd, line.text);
    weight += WeightOf(*item);
    if (weight > kWeightMax) {
      return absl::ResourceExhaustedError(absl::StrCat(cluster, " tells of more than ", kWeightMax,
                                                       " items to show ", ScontrolWord(noun)));
    }
    items.push_back(*std::move(item));
    return absl::OkStatus();
  });
}

absl::StatusOr<CollectedMeans> SlurmMeans::Collect() {
  Means means;
  for (const std::string& cluster : clusters_) {
    ClusterText text;
    absl::Status read =
        Read(cluster, Scontrol::Noun::kPartition, ParseScontrolPartition, text.partitions);
    if (read.ok()) {
      read =
          Read(cluster, Scontrol::Noun::kReservation, ParseScontrolReservation, text.reservations);
    }
    if (read.ok()) read = Read(cluster, Scontrol::Noun::kNode, ParseScontrolNode, text.nodes);
    if (!read.ok()) return read;
    if (text.nodes.empty()) {
      return absl::UnavailableError(
          Say("scontrol names no node of cluster $0 that can be read", cluster).Render());
    }
    AddMeans(text, partitions_, means);
  }
  return CollectedMeans{ToProto(means), std::exchange(quarantined_, {})};
}

}  // namespace mesolys::agent
