# One module is one folder and one static library. A module's headers are reached only as
# "FOLDER/file.h", through an include root that holds nothing but a link to that folder, so that a
# file sees exactly the modules its own CMakeLists.txt names in DEPENDS and what those stand on.
# A wrong include does not compile.
find_package(PkgConfig REQUIRED)

# tw_module(NAME SOURCES a.c b.c DEPENDS other_module ... PACKAGES pkgconfig-name ...)
#   NAME      library target, called tw_FOLDER by habit
#   PACKAGES  third-party libraries; they stay private to the module
#   PUBLIC_PACKAGES  those whose types appear in the module's headers (glib, jansson)
function(tw_module name)
    cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PACKAGES;PUBLIC_PACKAGES;LIBRARIES" ${ARGN})
    get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR} NAME)
    set(root ${CMAKE_BINARY_DIR}/include/${name})
    file(MAKE_DIRECTORY ${root})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${folder} SYMBOLIC)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_include_directories(${name} PUBLIC ${root})
    target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_LIBRARIES})
    tw_packages(${name} PRIVATE ${ARG_PACKAGES})
    tw_packages(${name} PUBLIC ${ARG_PUBLIC_PACKAGES})
endfunction()

# tw_packages(TARGET PRIVATE|PUBLIC pkgconfig-name ...)
function(tw_packages target visibility)
    foreach(package IN LISTS ARGN)
        string(MAKE_C_IDENTIFIER pc_${package} id)
        if(NOT TARGET PkgConfig::${id})
            pkg_check_modules(${id} REQUIRED IMPORTED_TARGET GLOBAL ${package})
        endif()
        target_link_libraries(${target} ${visibility} PkgConfig::${id})
        # third-party headers are not ours to warn about
        get_target_property(dirs PkgConfig::${id} INTERFACE_INCLUDE_DIRECTORIES)
        if(dirs)
            target_include_directories(${target} SYSTEM ${visibility} ${dirs})
        endif()
    endforeach()
endfunction()

# tw_embed(VARIABLE NAME FILE): makes FILE part of a program as the bytes NAME; VARIABLE names the source to
# compile.
function(tw_embed variable name file)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/${name}.c)
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DIN=${file} -DOUT=${out} -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
        DEPENDS ${file} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake)
    set(${variable} ${out} PARENT_SCOPE)
endfunction()

# tw_unit_test(NAME SOURCES x_test.c DEPENDS modules PACKAGES ...): a GLib test binary run by ctest
function(tw_unit_test name)
    cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PACKAGES" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
    tw_packages(${name} PRIVATE glib-2.0 ${ARG_PACKAGES})
    target_compile_definitions(${name} PRIVATE TW_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    target_compile_options(${name} PRIVATE -Wno-missing-prototypes)
    add_test(NAME unit/${name} COMMAND ${name} --tap)
    set_tests_properties(unit/${name} PROPERTIES TIMEOUT 120)
endfunction()

# tw_fuzzer(NAME SOURCES x_fuzz.c DEPENDS modules CORPUS dir)
#   Default build: a program that replays the corpus (a ctest). With TW_FUZZ: a libFuzzer binary; its ctest tells
#   tools/fuzz where binary and corpus are.
function(tw_fuzzer name)
    cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;DEPENDS;PACKAGES" ${ARGN})
    if(TW_FUZZ)
        add_executable(${name} ${ARG_SOURCES})
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
        add_test(NAME fuzz/${name} COMMAND ${name} -runs=0 ${ARG_CORPUS})
    else()
        add_executable(${name} ${ARG_SOURCES} ${CMAKE_SOURCE_DIR}/tests/fuzz/replay.c)
        add_test(NAME fuzz/${name} COMMAND ${name} ${ARG_CORPUS})
    endif()
    set_tests_properties(fuzz/${name} PROPERTIES TIMEOUT 120)
    target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
    tw_packages(${name} PRIVATE glib-2.0 ${ARG_PACKAGES})
    target_compile_definitions(${name} PRIVATE TW_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    target_compile_options(${name} PRIVATE -Wno-missing-prototypes)
endfunction()
