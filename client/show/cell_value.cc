#include "client/show/cell_value.h"

#include <utility>

#include "nlohmann/json.hpp"

namespace mesolys::client {

struct CellValue::Kept {
  nlohmann::ordered_json json;
};

CellValue::CellValue(std::nullptr_t) {}
CellValue::CellValue(bool value) : kept_(new Kept{value}) {}
CellValue::CellValue(int number) : kept_(new Kept{number}) {}
CellValue::CellValue(int64_t number) : kept_(new Kept{number}) {}
CellValue::CellValue(const char* text) : kept_(new Kept{text}) {}
CellValue::CellValue(std::string text) : kept_(new Kept{std::move(text)}) {}
CellValue::CellValue(const std::vector<std::string>& all) : kept_(new Kept{all}) {}
CellValue::CellValue(const nlohmann::ordered_json& value) : kept_(new Kept{value}) {}

CellValue::CellValue(const CellValue& other)
    : kept_(other.kept_ == nullptr ? nullptr : new Kept(*other.kept_)) {}

CellValue& CellValue::operator=(const CellValue& other) {
  CellValue copy(other);
  return *this = std::move(copy);
}

CellValue::CellValue(CellValue&&) noexcept = default;
CellValue& CellValue::operator=(CellValue&&) noexcept = default;
CellValue::~CellValue() = default;

const nlohmann::ordered_json& CellValue::json() const {
  static const nlohmann::ordered_json& nothing = *new nlohmann::ordered_json();
  return kept_ == nullptr ? nothing : kept_->json;
}

}  // namespace mesolys::client
