#ifndef MESOLYS_TESTS_FAKES_TEMPORARY_DIRECTORY_H_
#define MESOLYS_TESTS_FAKES_TEMPORARY_DIRECTORY_H_

// A directory of one test, gone with it, and its files as texts. One thread.

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace mesolys {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "mesolys-agent-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

  // Answers the path.
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(File(name), std::ios::binary) << text;
    return File(name);
  }
  void Append(const std::string& name, const std::string& text) const {
    std::ofstream(File(name), std::ios::binary | std::ios::app) << text;
  }
  void SetModifyTime(const std::string& name, int64_t unix_seconds) const {
    const timespec times[2] = {{unix_seconds, 0}, {unix_seconds, 0}};
    if (::utimensat(AT_FDCWD, File(name).c_str(), times, 0) != 0) std::abort();
  }
  std::string Read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(File(name), std::ios::binary).rdbuf();
    return text.str();
  }

 private:
  std::string path_;
};

}  // namespace mesolys

#endif  // MESOLYS_TESTS_FAKES_TEMPORARY_DIRECTORY_H_
