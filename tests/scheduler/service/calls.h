#ifndef MESOLYS_TESTS_SCHEDULER_SERVICE_CALLS_H_
#define MESOLYS_TESTS_SCHEDULER_SERVICE_CALLS_H_

// Requests of the services for people, as the tests make them again and again. Pure.

#include <string>

#include "absl/time/time.h"
#include "mesolys/v1/project.pb.h"
#include "tests/scheduler/service/service_world.h"

namespace mesolys {

template <typename Request>
Request Named(const std::string& name) {
  Request request;
  request.set_name(name);
  return request;
}

template <typename Request>
Request Of(const std::string& project) {
  Request request;
  request.set_project(project);
  return request;
}

inline v1::CreateProjectRequest NewProject(const std::string& name) {
  v1::CreateProjectRequest request;
  v1::Project& project = *request.mutable_project();
  project.set_name(name);
  project.set_title("New");
  project.set_institution("ens");
  project.set_programme("chair");
  project.set_pi("paul");
  project.mutable_period()->mutable_start_time()->set_seconds(absl::ToUnixSeconds(WorldTime()));
  project.mutable_period()->mutable_end_time()->set_seconds(absl::ToUnixSeconds(WorldTime()) + 1);
  request.set_request_id("new-project");
  return request;
}

inline v1::AddMemberRequest NewMember(const std::string& user, v1::Member::Role role) {
  v1::AddMemberRequest request;
  request.set_project("projects/alpha");
  request.mutable_member()->set_user(user);
  request.mutable_member()->set_role(role);
  request.set_request_id("new-member");
  return request;
}

inline v1::LinkAccountRequest NewLink(const std::string& cluster, const std::string& account) {
  v1::LinkAccountRequest request;
  request.set_project("projects/alpha");
  request.mutable_link()->set_cluster(cluster);
  request.mutable_link()->set_account(account);
  request.set_request_id("new-link");
  return request;
}

}  // namespace mesolys

#endif  // MESOLYS_TESTS_SCHEDULER_SERVICE_CALLS_H_
