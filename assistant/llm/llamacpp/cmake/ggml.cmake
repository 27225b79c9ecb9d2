# Included by ggml's own project (CMAKE_PROJECT_ggml_INCLUDE): only its code is worth the compiler's time.
set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG -include \"${CMAKE_CURRENT_LIST_DIR}/tile_config.h\"")
