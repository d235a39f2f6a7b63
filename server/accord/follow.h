/* What follows from a mediation: the agreement in force, its terms, its case. Inside a write
 * store_fn. */
#pragma once
#include "accord/texts.h"

/* The newest draft is in force from now on. `file`: of the signed paper; NULL: signed here. */
bool follow_agreed(struct store_tx *tx, struct accord_act *act, const struct accord_texts *texts,
                   const char *file, GError **error);
/* Tells the case of an agreement that it did not take before; nothing waiting is fine. */
bool follow_again(struct store_tx *tx, const struct accord_hooks *hooks,
                  const struct accord_meeting *meeting, gint64 now_us, GError **error);
/* Was this sitting recorded as one without an agreement? Inside any store_fn. */
bool follow_has_failed(struct store_tx *tx, const struct accord_meeting *meeting, bool *failed,
                       GError **error);
/* There is no agreement in this sitting; *again: that was said of it before. */
bool follow_failed(struct store_tx *tx, struct accord_act *act, bool *again, GError **error);
/* What the parties did about judicial confirmation is told to the case. `result`: applied, waived;
 * *why as above. */
bool follow_court(struct store_tx *tx, const struct accord_hooks *hooks,
                  const struct accord_meeting *meeting, const char *result, const char *text,
                  gint64 now_us, const char **why, GError **error);
/* It was performed: the check of it in the case is done. `how`: in words, "" none. *why: code why
 * the case does not take it, static; NULL: it does, or there is none. */
bool follow_performed(struct store_tx *tx, const struct accord_hooks *hooks,
                      const struct accord_meeting *meeting, const char *how, gint64 due_us,
                      gint64 now_us, const char **why, GError **error);
