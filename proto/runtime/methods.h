#ifndef MESOLYS_PROTO_RUNTIME_METHODS_H_
#define MESOLYS_PROTO_RUNTIME_METHODS_H_

// The methods of our services, as the contract describes them. Each request message belongs to one
// method, and stands in the file of its service. Immutable; any thread.

#include <optional>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace mesolys {

struct Method {
  std::string name;  // "GrantService.Extend"
  std::string path;  // "/mesolys.v1.GrantService/Extend", as it travels
  // "grant extend": the commands of `mesolys` that call it; the one to speak of comes first.
  std::vector<std::string> commands;
  bool of_project = false;  // they speak of a project
  const google::protobuf::Descriptor* request = nullptr;
  const google::protobuf::Descriptor* response = nullptr;
};

const std::vector<Method>& Methods();

// Reads the request's own file alone, for whoever makes one call. Nothing for another message.
std::optional<Method> FindMethod(const google::protobuf::Descriptor& request);

// Of a request of the contract; another message is a bug of ours.
template <typename Request>
const Method& MethodOf() {
  static const Method& method = *new Method(FindMethod(*Request::descriptor()).value());
  return method;
}

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_METHODS_H_
