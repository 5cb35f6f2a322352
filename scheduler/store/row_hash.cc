#include "scheduler/store/row_hash.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace mesolys {
namespace {

class Sha256Stream {
 public:
  Sha256Stream() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    // Cannot fail but for lack of memory.
    if (context_ == nullptr || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
      std::abort();
    }
  }
  // Each field with its length, so that no two rows share a stream.
  void AddField(absl::string_view bytes) {
    Add(absl::StrCat(bytes.size(), ":"));
    Add(bytes);
  }
  void Add(absl::string_view bytes) {
    if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) std::abort();
  }
  std::string Take() {
    unsigned char digest[32];
    unsigned int size = sizeof digest;
    if (EVP_DigestFinal_ex(context_.get(), digest, &size) != 1) std::abort();
    return {reinterpret_cast<const char*>(digest), size};
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

void AddRow(const JobRow& row, Sha256Stream& stream) {
  stream.AddField(row.key.cluster);
  stream.AddField(absl::StrCat(row.key.job_id, " ", row.key.submit_time));
  stream.AddField(row.account);
  stream.AddField(row.record);
  stream.AddField(row.charges);
}

}  // namespace

std::string Sha256(absl::string_view bytes) {
  Sha256Stream stream;
  stream.Add(bytes);
  return stream.Take();
}

std::string ChainHash(absl::string_view before, const LogRow& row) {
  Sha256Stream stream;
  stream.AddField(before);
  stream.AddField(absl::StrCat(row.revision));
  stream.AddField(row.actor);
  stream.AddField(row.request_id);
  stream.AddField(row.digest);
  stream.AddField(absl::StrCat(row.time_us));
  stream.AddField(row.body);
  return stream.Take();
}

std::string RowsDigest(const Rows& rows) {
  Sha256Stream stream;
  VisitRows(rows, [&stream](const auto& row) {
    AddRow(row, stream);
    return true;
  });
  return stream.Take();
}

std::string ToHex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

}  // namespace mesolys
