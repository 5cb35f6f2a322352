#include "proto/runtime/methods.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesolys/v1/agent.pb.h"
#include "mesolys/v1/grant.pb.h"
#include "mesolys/v1/site.pb.h"

namespace mesolys {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MethodsTest, EachIsFoundByItsRequestAlone) {
  std::set<const google::protobuf::Descriptor*> requests;
  for (const Method& method : Methods()) {
    EXPECT_TRUE(requests.insert(method.request).second) << method.name;
    EXPECT_EQ(FindMethod(*method.request)->path, method.path);
  }
  EXPECT_GT(requests.size(), 40);
  EXPECT_FALSE(FindMethod(*v1::Grant::descriptor()).has_value());
}

TEST(MethodsTest, SayTheirNamePathAndCommands) {
  const Method& extend = MethodOf<v1::ExtendGrantRequest>();
  EXPECT_EQ(extend.name, "GrantService.Extend");
  EXPECT_EQ(extend.path, "/mesolys.v1.GrantService/Extend");
  EXPECT_EQ(extend.response, v1::ChangeGrantResponse::descriptor());
  EXPECT_THAT(extend.commands, ElementsAre("grant extend"));
  EXPECT_TRUE(extend.of_project);

  const Method& window = MethodOf<v1::DeclareWindowRequest>();
  EXPECT_THAT(window.commands, ElementsAre("site incident", "site maintenance"));
  EXPECT_FALSE(window.of_project);
  EXPECT_THAT(MethodOf<v1::SynchronizeRequest>().commands, IsEmpty());
}

}  // namespace
}  // namespace mesolys
