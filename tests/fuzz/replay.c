/* Runs one fuzz target over every file of the given folders and files: the corpus as a regression
 * test, in builds without libFuzzer. */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned run_path(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    if (dir) {
        unsigned count = 0;
        const char *name;
        while ((name = g_dir_read_name(dir))) {
            g_autofree char *child = g_build_filename(path, name, NULL);
            count += run_path(child);
        }
        return count;
    }
    g_autofree char *data = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &data, &size, &error))
        g_error("%s", error->message);
    /* an exact copy, so that a read past the end is seen by the sanitizer */
    g_autofree uint8_t *exact = size ? g_memdup2(data, size) : NULL;
    LLVMFuzzerTestOneInput(exact, size);
    return 1;
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    for (int i = 1; i < argc; i++)
        count += run_path(argv[i]);
    printf("%u inputs replayed\n", count);
    return count ? 0 : 1;
}
