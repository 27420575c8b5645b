// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/records/json_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/language/text/parse_error.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::ordered_json;

// Where a text stops being JSON. nlohmann's parser tells it only in an exception, which costs more
// than the parsing.
class ErrorPosition : public nlohmann::json_sax<Json> {
 public:
  static std::size_t in(std::string_view text) {
    ErrorPosition finder;
    Json::sax_parse(text, &finder);
    return finder.position_;
  }
  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(Json::number_integer_t /*value*/) override { return true; }
  bool number_unsigned(Json::number_unsigned_t /*value*/) override { return true; }
  bool number_float(Json::number_float_t /*value*/, const std::string& /*text*/) override {
    return true;
  }
  bool string(std::string& /*value*/) override { return true; }
  bool binary(Json::binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*elements*/) override { return true; }
  bool key(std::string& /*value*/) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t /*elements*/) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const Json::exception& /*error*/) override {
    position_ = position;  // counts from 1
    return false;
  }

 private:
  std::size_t position_ = 1;
};

// Where the text has one level too many; its end if it has not. What is no JSON may be miscounted,
// and is refused by the parser.
std::size_t find_deepest(std::string_view text) {
  std::size_t levels = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    if (in_string) {
      if (c == '\\') ++i;
    } else if (c == '[' || c == '{') {
      if (++levels > kMostLevels) return i;
    } else if ((c == ']' || c == '}') && levels > 0) {
      --levels;
    }
  }
  return text.size();
}

}  // namespace

Json parse_json(Cursor& cursor, std::string_view expected) {
  const std::string_view text = cursor.rest();
  const std::size_t start = cursor.offset();
  if (const std::size_t deepest = find_deepest(text); deepest < text.size()) {
    cursor.fail_with({start + deepest, fmt::format("JSON of more than {} levels", kMostLevels),
                      std::string(expected)});
    return {};
  }
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_discarded()) return json;
  const std::size_t position = std::max<std::size_t>(ErrorPosition::in(text), 1);
  cursor.fail_with({start + std::min(text.size(), position - 1), "something that is no JSON",
                    std::string(expected)});
  return {};
}

std::string as_utf8(const std::string& text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace))
      .get<std::string>();
}

Json to_json(const std::optional<Shape>& shape) {
  if (!shape) return {};
  Json sizes = Json::array();
  for (const std::int64_t size : *shape) sizes.push_back(size);
  return sizes;
}

std::optional<Shape> shape_in(const Json& sizes, std::string_view field) {
  if (sizes.is_null()) return std::nullopt;
  if (!sizes.is_array()) throw FieldError(field, sizes, "a list of sizes");
  if (sizes.size() > kMaxRank) {
    throw FieldError(field, sizes, fmt::format("a list of at most {} sizes", kMaxRank));
  }
  Shape shape;
  for (const auto& size : sizes) {
    const bool counts = size.is_number_unsigned() &&
                        size.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMaxSize);
    if (!counts) throw FieldError(field, sizes, "a list of sizes");
    shape.push_back(size.get<std::int64_t>());
  }
  return shape;
}

FieldError::FieldError(std::string_view field, const Json& found, std::string_view expected)
    : std::runtime_error(fmt::format(
          "{} is {}, expected {}", field,
          printable(found.dump(-1, ' ', false, Json::error_handler_t::replace)), expected)) {}

const Json& field_of(const Json& json, const char* field) {
  if (!json.is_object()) throw FieldError("the line", json, "an object");
  const auto found = json.find(field);
  if (found == json.end()) throw FieldError(field, "missing", "one in each record");
  return *found;
}

std::uint64_t count_of(const Json& value, const char* field, std::uint64_t most) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most) {
    throw FieldError(field, value, fmt::format("a whole number from 0 to {}", most));
  }
  return value.get<std::uint64_t>();
}

std::uint64_t count_in(const Json& json, const char* field, std::uint64_t most) {
  return count_of(field_of(json, field), field, most);
}

std::string text_in(const Json& json, const char* field) {
  const Json& value = field_of(json, field);
  if (!value.is_string()) throw FieldError(field, value, "a text");
  return value.get<std::string>();
}

void require_word(const std::string& text, const char* field) {
  if (find_unprintable(text) < text.size()) {
    throw FieldError(field, text, "a text without control characters");
  }
}

std::string word_in(const Json& json, const char* field) {
  std::string text = text_in(json, field);
  require_word(text, field);
  return text;
}

std::vector<std::string> words_in(const Json& json, const char* field) {
  const Json& list = field_of(json, field);
  if (!list.is_array()) throw FieldError(field, list, "a list of texts");
  std::vector<std::string> words;
  for (const Json& text : list) {
    if (!text.is_string()) throw FieldError(field, text, "a text");
    words.push_back(text.get<std::string>());
    require_word(words.back(), field);
  }
  return words;
}

}  // namespace shapefuzz
