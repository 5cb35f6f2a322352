#ifndef MESOLYS_PROTO_RUNTIME_OPENSSL_OWNERS_H_
#define MESOLYS_PROTO_RUNTIME_OPENSSL_OWNERS_H_

// Objects of OpenSSL that free themselves; for sources that call it, never for a header. Any
// thread.

#include <openssl/bio.h>
#include <openssl/x509.h>

#include <memory>

namespace mesolys {

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;

}  // namespace mesolys

#endif  // MESOLYS_PROTO_RUNTIME_OPENSSL_OWNERS_H_
