/* CABAC encoding of H.265 (clause 9.3): contexts, arithmetic coder. Pure; any thread. */
#pragma once
#include "simcams/bits.h"

struct cabac_context {
    uint8_t state;
    uint8_t mps;
};

struct cabac {
    struct bit_writer *writer;
    uint32_t low;
    uint32_t range;
    unsigned outstanding;
    bool first;
};

/* Begins at the writer's place, which is byte-aligned. */
void cabac_start(struct cabac *cabac, struct bit_writer *writer);

/* A context's state from the standard's initValue (clause 9.3.2.2). */
struct cabac_context cabac_context_init(unsigned init_value, int slice_qp);

void cabac_encode(struct cabac *cabac, struct cabac_context *context, unsigned bin);
void cabac_bypass(struct cabac *cabac, unsigned bin);
void cabac_bypass_bits(struct cabac *cabac, uint32_t value, unsigned count);

/* The bin before termination; with 1 the coder is flushed and the RBSP's stop bit written. */
void cabac_terminate(struct cabac *cabac, unsigned bin);
