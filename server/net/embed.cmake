# Writes the file IN as a C array of bytes to OUT.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "extern const unsigned char openapi_yaml[];\nextern const unsigned int openapi_yaml_len;\nconst unsigned char openapi_yaml[] = {\n${bytes}\n};\nconst unsigned int openapi_yaml_len = sizeof openapi_yaml;\n")
