#include "proto/runtime/methods.h"

#include "absl/strings/str_cat.h"
#include "mesolys/v1/agent.pb.h"
#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/identity.pb.h"
#include "mesolys/v1/office.pb.h"
#include "mesolys/v1/project.pb.h"
#include "mesolys/v1/request.pb.h"
#include "mesolys/v1/site.pb.h"
#include "mesolys/v1/spoken.pb.h"
#include "mesolys/v1/usage.pb.h"

namespace mesolys {
namespace {

Method Describe(const google::protobuf::MethodDescriptor& method) {
  const v1::Spoken& spoken = method.options().GetExtension(v1::spoken);
  return {absl::StrCat(method.service()->name(), ".", method.name()),
          absl::StrCat("/", method.service()->full_name(), "/", method.name()),
          {spoken.command().begin(), spoken.command().end()},
          spoken.of_project(),
          method.input_type(),
          method.output_type()};
}

}  // namespace

const std::vector<Method>& Methods() {
  static const auto& methods = *[] {
    auto* all = new std::vector<Method>();
    for (const google::protobuf::FileDescriptor* file :
         {v1::Project::descriptor()->file(), v1::Request::descriptor()->file(),
          v1::Grant::descriptor()->file(), v1::Job::descriptor()->file(),
          v1::Site::descriptor()->file(), v1::Mode::descriptor()->file(),
          v1::WhoAmI::descriptor()->file(), v1::DesiredState::descriptor()->file()}) {
      const google::protobuf::ServiceDescriptor& service = *file->service(0);
      for (int i = 0; i < service.method_count(); ++i) all->push_back(Describe(*service.method(i)));
    }
    return all;
  }();
  return methods;
}

std::optional<Method> FindMethod(const google::protobuf::Descriptor& request) {
  const google::protobuf::FileDescriptor& file = *request.file();
  for (int i = 0; i < file.service_count(); ++i) {
    const google::protobuf::ServiceDescriptor& service = *file.service(i);
    for (int j = 0; j < service.method_count(); ++j) {
      if (service.method(j)->input_type() == &request) return Describe(*service.method(j));
    }
  }
  return std::nullopt;
}

}  // namespace mesolys
