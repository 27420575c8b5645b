# The tests of the library. Those without LibTorch build in seconds.
add_executable(
  shapefuzz_unit_tests
  text/cursor_test.cpp
  text/parse_error_test.cpp
  shape/shape_test.cpp
  contract/contract_test.cpp
  contract/contract_error_test.cpp
  contract/unify_test.cpp
  contract/unify_model_test.cpp
  contract/unify_readings_test.cpp
  case/case_test.cpp
  case/case_error_test.cpp
  case/case_roundtrip_test.cpp
  case/option_test.cpp
  case/values_test.cpp
  case/mistake_test.cpp
  case/twin_test.cpp
  case/zone_test.cpp
  case/mutate_test.cpp
  memory/arena_test.cpp
  memory/limit_test.cpp
  oracle/verdict_test.cpp)
target_link_libraries(shapefuzz_unit_tests PRIVATE shapefuzz_case GTest::gtest_main rapidcheck)

add_executable(shapefuzz_libtorch_tests shape/shape_libtorch_test.cpp)
target_link_libraries(
  shapefuzz_libtorch_tests PRIVATE shapefuzz_oracle GTest::gtest_main rapidcheck)

gtest_discover_tests(shapefuzz_unit_tests DISCOVERY_TIMEOUT 120)
gtest_discover_tests(shapefuzz_libtorch_tests DISCOVERY_TIMEOUT 120)
