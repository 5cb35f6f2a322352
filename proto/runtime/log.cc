#include "proto/runtime/log.h"

#include <memory>
#include <utility>

#include "grpc/support/log.h"
#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace mesolys {
namespace {

// The text of a record, on one line whatever it holds: texts of Slurm and of peers are logged, and
// a line break in one must not be able to forge a record.
class OneLineText : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    for (char c : message.payload) {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back(byte < ' ' || byte == 0x7F ? ' ' : c);
    }
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<OneLineText>();
  }
};

// gRPC calls every refused handshake an error; to us it is the peer's.
void LogOfGrpc(gpr_log_func_args* line) {
  switch (line->severity) {
    case GPR_LOG_SEVERITY_ERROR:
      spdlog::warn("gRPC: {}", line->message);
      return;
    case GPR_LOG_SEVERITY_INFO:
    case GPR_LOG_SEVERITY_DEBUG:
      spdlog::debug("gRPC: {}", line->message);
      return;
  }
}

}  // namespace

void StartLog(const std::string& level) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<OneLineText>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %*");
  auto logger = std::make_shared<spdlog::logger>("mesolys",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(std::move(formatter));
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
  gpr_set_log_verbosity(level == "debug" ? GPR_LOG_SEVERITY_INFO : GPR_LOG_SEVERITY_ERROR);
  gpr_set_log_function(LogOfGrpc);
}

}  // namespace mesolys
