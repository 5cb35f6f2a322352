// OfficeService: the mode, the roles and the log.

#include "mesolys/v1/office.grpc.pb.h"
#include "scheduler/service/event_listing.h"
#include "scheduler/service/handlers.h"
#include "scheduler/service/page.h"
#include "scheduler/service/services.h"

namespace mesolys {
namespace {

absl::StatusOr<Command> ToCommand(const v1::GiveRoleRequest& in) {
  return GiveRole{in.user(), in.role(), in.taken(), in.reason()};
}

absl::StatusOr<Command> ToCommand(const v1::SetModeRequest& in) {
  return SetMode{in.mode().read_only(), in.mode().reason()};
}

class OfficeService final : public v1::OfficeService::CallbackService, Handlers {
 public:
  using Handlers::Handlers;

  Reactor* GiveRole(Context* context, const v1::GiveRoleRequest* in,
                    v1::GiveRoleResponse* out) override {
    return Operate(context, *in, ToCommand(*in),
                   [out](const Answer& answer) { out->set_changed(!answer.events.empty()); });
  }
  Reactor* SetMode(Context* context, const v1::SetModeRequest* in, v1::Mode* out) override {
    return Operate(context, *in, ToCommand(*in),
                   [mode = in->mode(), out](const Answer&) { *out = mode; });
  }

  Reactor* ListEvents(Context* context, const v1::ListEventsRequest* in,
                      v1::ListEventsResponse* out) override {
    const absl::StatusOr<std::string> identity = Allowed(*context, *in, Everything());
    if (!identity.ok()) return Reply(context, identity.status());
    absl::StatusOr<Page> page = ParsePage(in->page_size(), in->page_token());
    if (!page.ok()) return Reply(context, page.status());
    return ReplyLater(context, queries_, [this, out, page = *page] {
      return mesolys::ListEvents(engine_, page, *out);
    });
  }
  Reactor* GetEvent(Context* context, const v1::GetEventRequest* in, v1::AuditEvent* out) override {
    const absl::StatusOr<std::string> identity = Allowed(*context, *in, Everything());
    if (!identity.ok()) return Reply(context, identity.status());
    return ReplyLater(context, queries_, [this, out, revision = in->revision()] {
      return FindEvent(engine_, revision, *out);
    });
  }
};

}  // namespace

std::unique_ptr<grpc::Service> NewOfficeService(const ServiceNeeds& needs) {
  return std::make_unique<OfficeService>(needs);
}

}  // namespace mesolys
