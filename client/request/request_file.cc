#include "client/request/request_file.h"

#include <vector>

#include "proto/config/config_file.h"

namespace mesolys::client {

absl::StatusOr<RequestForm> LoadRequestFile(const std::string& path) {
  absl::StatusOr<ConfigFile> file = ConfigFile::Load(path);
  // One that is not there is a mistyped option, nothing that the scheduler lacks.
  if (!file.ok()) return absl::InvalidArgumentError(file.status().message());
  ConfigTable root = file->root();
  const std::vector<std::string> none;
  RequestForm form;
  form.project = root.Text("project", "");
  form.lines.cpu = root.Text("cpu", "");
  form.lines.gpus = root.Texts("gpu", none);
  form.lines.storages = root.Texts("storage", none);
  form.lines.support = root.Text("support", "");
  form.lines.lines = root.Texts("line", none);
  form.lines.minimums = root.Texts("minimum", none);
  form.lines.sites = root.Texts("site", none);
  form.from = root.Text("from", "");
  form.to = root.Text("to", "");
  form.span = root.Text("for", "");
  form.call = root.Flag("call", false);
  form.usage = root.Texts("usage", none);
  form.justification = root.Text("justification");
  form.necessity = root.Text("necessity", "");
  form.energy_median = root.Text("energy-median", "");
  form.energy_p90 = root.Text("energy-p90", "");
  if (absl::Status status = file->Finish(); !status.ok()) return status;
  return form;
}

}  // namespace mesolys::client
