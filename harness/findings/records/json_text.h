// SPDX-License-Identifier: BSD-3-Clause
// JSON out of a text, with the place where a text stops being JSON.
//
// In a file of its own because nlohmann's parser is made where it is called: the fuzz targets look
// for new ways through our readers, not through it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/language/shape/shape.h"
#include "harness/language/text/cursor.h"

namespace shapefuzz {

/// All that is left of the text; null, and the cursor has failed there, where it is no JSON.
/// `expected` names what should stand there instead, as in "a result record".
nlohmann::ordered_json parse_json(Cursor& cursor, std::string_view expected);

/// What nlohmann says is wrong, without its codes.
std::string plain_text(const nlohmann::ordered_json::exception& error);

/// The text with what is no UTF-8 replaced.
std::string as_utf8(const std::string& text);

/// A field that is not what it should be: "result_shape is -1, expected a list of sizes".
class FieldError : public std::runtime_error {
 public:
  FieldError(std::string_view field, const nlohmann::ordered_json& found,
             std::string_view expected);
};

/// The field of an object; throws FieldError where the object has none, or is none itself.
const nlohmann::ordered_json& field_of(const nlohmann::ordered_json& json, const char* field);
/// A text without control characters, which a terminal would obey; throws FieldError.
std::string word_in(const nlohmann::ordered_json& json, const char* field);
/// A list of such texts; throws FieldError.
std::vector<std::string> words_in(const nlohmann::ordered_json& json, const char* field);
/// Any text; throws FieldError.
std::string text_in(const nlohmann::ordered_json& json, const char* field);

/// The sizes as a list; null for no shape.
nlohmann::ordered_json to_json(const std::optional<Shape>& shape);
/// The shape of such a list; throws FieldError, or std::length_error for too many sizes.
std::optional<Shape> shape_in(const nlohmann::ordered_json& sizes,
                              std::string_view field = "shape");

}  // namespace shapefuzz
