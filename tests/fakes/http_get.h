#ifndef MESOLYS_TESTS_FAKES_HTTP_GET_H_
#define MESOLYS_TESTS_FAKES_HTTP_GET_H_

// Reads a page over loopback, as a scraper does. Any thread.

#include <string>

namespace mesolys {

// The body of GET `path` at a port of this machine; empty when nobody answers.
std::string HttpGet(int port, const std::string& path);

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_HTTP_GET_H_
