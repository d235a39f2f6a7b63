# Language, warnings and sanitizers for every target.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(TW_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(TW_FUZZ "Build fuzzers with libFuzzer (clang) instead of the corpus replayer" OFF)

find_program(TW_CCACHE ccache)
if(TW_CCACHE AND NOT CMAKE_C_COMPILER_LAUNCHER)
    set(CMAKE_C_COMPILER_LAUNCHER ${TW_CCACHE})
endif()

add_compile_definitions(_GNU_SOURCE G_LOG_USE_STRUCTURED)
add_compile_options(-Wall -Wextra -Wconversion -Wshadow -Werror
    -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
    -fno-strict-aliasing -fstack-protector-strong)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT TW_SANITIZE)
    add_compile_definitions(_FORTIFY_SOURCE=2)
endif()
add_link_options(-Wl,-z,relro,-z,now)
if(TW_SANITIZE)
    # gcc takes the sanitizer's own checks of shifts for conversions that change a sign
    add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer
        -fno-sanitize-recover=undefined -Wno-sign-conversion)
    add_link_options(-fsanitize=address,undefined)
endif()
if(TW_FUZZ)
    # clang does not see that a g_autofree local that nothing reads is there to be freed
    add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -Wno-unused-variable)
    add_link_options(-fsanitize=address,undefined)
endif()
