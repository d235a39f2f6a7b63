#include "common/log.h"
#include "net/private.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <ifaddrs.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <unistd.h>

#define SELF_SIGNED_DAYS (10 * 365)

static bool fail(GError **error, const char *format, const char *what)
{
    char reason[160] = "no reason given";
    unsigned long code = ERR_peek_last_error();
    if (code)
        ERR_error_string_n(code, reason, sizeof reason);
    ERR_clear_error();
    g_autofree char *line = g_strdup_printf(format, what);
    g_set_error(error, NET_ERROR, NET_ERROR_CERTIFICATE, "%s: %s", line, reason);
    return false;
}

static X509 *read_certificate(const char *path)
{
    FILE *file = fopen(path, "re");
    X509 *certificate = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
    if (file)
        fclose(file);
    return certificate;
}

static EVP_PKEY *read_key(const char *path)
{
    FILE *file = fopen(path, "re");
    EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, (void *)"") : NULL;
    if (file)
        fclose(file);
    return key;
}

/* Whether both files can be read and belong together. */
static bool check_pair(const char *certificate_path, const char *key_path, bool *expired,
                       GError **error)
{
    X509 *certificate = read_certificate(certificate_path);
    EVP_PKEY *key = read_key(key_path);
    bool ok = false;
    if (!certificate)
        fail(error, "cannot read a certificate from \"%s\"", certificate_path);
    else if (!key)
        fail(error, "cannot read a private key without passphrase from \"%s\"", key_path);
    else if (X509_check_private_key(certificate, key) != 1)
        fail(error, "the private key does not belong to the certificate \"%s\"", certificate_path);
    else
        ok = true;
    *expired = certificate && X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0;
    X509_free(certificate);
    EVP_PKEY_free(key);
    return ok;
}

static void add_name(GString *list, const char *name)
{
    unsigned char ip[16];
    bool is_address = inet_pton(AF_INET, name, ip) == 1 || inet_pton(AF_INET6, name, ip) == 1;
    g_autofree char *entry = g_strdup_printf("%s:%s", is_address ? "IP" : "DNS", name);
    g_auto(GStrv) known = g_strsplit(list->str, ",", 0);
    for (const char *c = name; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr(".-:*", *c))
            return;
    if (!*name || g_strv_contains((const char *const *)known, entry))
        return;
    g_string_append_printf(list, "%s%s", list->len ? "," : "", entry);
}

static void add_interfaces(GString *list)
{
    struct ifaddrs *addresses = NULL;
    if (getifaddrs(&addresses) != 0)
        return;
    for (struct ifaddrs *a = addresses; a; a = a->ifa_next) {
        char text[INET6_ADDRSTRLEN];
        const void *ip = NULL;
        if (a->ifa_addr && a->ifa_addr->sa_family == AF_INET)
            ip = &((struct sockaddr_in *)(void *)a->ifa_addr)->sin_addr;
        else if (a->ifa_addr && a->ifa_addr->sa_family == AF_INET6)
            ip = &((struct sockaddr_in6 *)(void *)a->ifa_addr)->sin6_addr;
        if (ip && inet_ntop(a->ifa_addr->sa_family, ip, text, sizeof text))
            add_name(list, text);
    }
    freeifaddrs(addresses);
}

/* Returned: "DNS:localhost,IP:127.0.0.1,…", freed by the caller. */
static char *alternative_names(const char *public_host)
{
    GString *list = g_string_new(NULL);
    add_name(list, "localhost");
    add_name(list, "127.0.0.1");
    add_name(list, "::1");
    add_name(list, g_get_host_name());
    if (public_host)
        add_name(list, public_host);
    add_interfaces(list);
    return g_string_free(list, FALSE);
}

static bool add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool ok = extension && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

static bool set_serial(X509 *certificate)
{
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] &= 0x7f; /* positive */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool ok = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    return ok;
}

static X509 *make_certificate(EVP_PKEY *key, const char *names)
{
    X509 *certificate = X509_new();
    X509_NAME *subject = certificate ? X509_get_subject_name(certificate) : NULL;
    const unsigned char *name = (const unsigned char *)"townwall";
    if (subject && X509_set_version(certificate, 2) == 1 && set_serial(certificate) &&
        X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) &&
        X509_time_adj_ex(X509_getm_notAfter(certificate), SELF_SIGNED_DAYS, 0, NULL) &&
        X509_set_pubkey(certificate, key) == 1 &&
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, -1, -1, 0) == 1 &&
        X509_set_issuer_name(certificate, subject) == 1 &&
        add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(certificate, NID_key_usage, "critical,digitalSignature") &&
        add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
        add_extension(certificate, NID_subject_key_identifier, "hash") &&
        add_extension(certificate, NID_subject_alt_name, names) &&
        X509_sign(certificate, key, EVP_sha256()) > 0)
        return certificate;
    X509_free(certificate);
    return NULL;
}

/* Writes a PEM to `path` with mode 0600, whole or not at all. */
static bool write_pem(const char *path, X509 *certificate, EVP_PKEY *key, GError **error)
{
    g_autofree char *fresh = g_strconcat(path, ".new", NULL);
    g_unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    bool ok = file != NULL;
    if (ok && certificate)
        ok = PEM_write_X509(file, certificate) == 1;
    if (ok && key)
        ok = PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1;
    ok = ok && fflush(file) == 0 && fsync(fd) == 0;
    if (file)
        ok = fclose(file) == 0 && ok;
    else if (fd >= 0)
        close(fd);
    if (ok && g_rename(fresh, path) == 0)
        return true;
    g_set_error(error, NET_ERROR, NET_ERROR_CERTIFICATE, "cannot write \"%s\": %s", path,
                g_strerror(errno));
    return false;
}

static bool make_pair(const char *public_host, const char *certificate_path, const char *key_path,
                      GError **error)
{
    g_autofree char *names = alternative_names(public_host);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = key ? make_certificate(key, names) : NULL;
    bool ok;
    if (!certificate)
        ok = fail(error, "cannot make a self-signed certificate for %s", names);
    else
        ok = write_pem(key_path, NULL, key, error) &&
             write_pem(certificate_path, certificate, NULL, error);
    if (ok)
        log_info(NET_OBJECT, "made a self-signed certificate for %s in %s", names,
                 certificate_path);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return ok;
}

bool tls_check(const char *certificate, const char *key, GError **error)
{
    bool expired;
    if (!check_pair(certificate, key, &expired, error))
        return false;
    if (expired)
        log_warn(NET_OBJECT, "the certificate %s has expired", certificate);
    return true;
}

bool tls_make(const char *data_dir, const char *public_host, char **certificate, char **key,
              GError **error)
{
    g_autofree char *dir = g_build_filename(data_dir, "tls", NULL);
    bool expired;
    *certificate = g_build_filename(dir, "certificate.pem", NULL);
    *key = g_build_filename(dir, "key.pem", NULL);
    if (check_pair(*certificate, *key, &expired, NULL) && !expired)
        return true;
    if (g_mkdir_with_parents(dir, 0700) != 0) {
        g_set_error(error, NET_ERROR, NET_ERROR_CERTIFICATE, "cannot make the folder \"%s\": %s",
                    dir, g_strerror(errno));
        return false;
    }
    return make_pair(public_host, *certificate, *key, error);
}
