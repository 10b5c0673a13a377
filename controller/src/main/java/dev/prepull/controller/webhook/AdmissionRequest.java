package dev.prepull.controller.webhook;

import org.jspecify.annotations.Nullable;

/**
 * What the API server asks about.
 *
 * @param uid names the question in the answer
 * @param before what is stored; null when there is nothing yet
 * @param now what is to be stored; null when it is to go
 */
record AdmissionRequest(
    String uid, @Nullable ConfigMapVersion before, @Nullable ConfigMapVersion now) {}
