# Writes the file IN as a C array of bytes called NAME, with its length NAME_len, to OUT.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "extern const unsigned char ${NAME}[];\nextern const unsigned int ${NAME}_len;\nconst unsigned char ${NAME}[] = {\n${bytes}\n};\nconst unsigned int ${NAME}_len = sizeof ${NAME};\n")
