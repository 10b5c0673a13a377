package dev.prepull.protocol;

import dev.prepull.model.ImageState;
import dev.prepull.protocol.v1.ImageReport.State;

/** The states of an image on the wire. */
final class States {

  private States() {}

  static State toWire(ImageState state) {
    return switch (state) {
      case WAITING -> State.WAITING;
      case GRANTED -> State.GRANTED;
      case PULLING -> State.PULLING;
      case PRESENT -> State.PRESENT;
      case DRIFTED -> State.DRIFTED;
      case FAILED -> State.FAILED;
      case BLOCKED -> State.BLOCKED;
    };
  }

  /** A state that a newer agent may know counts as waiting: the image is not known to be there. */
  static ImageState fromWire(State state) {
    return switch (state) {
      case WAITING, STATE_UNSPECIFIED, UNRECOGNIZED -> ImageState.WAITING;
      case GRANTED -> ImageState.GRANTED;
      case PULLING -> ImageState.PULLING;
      case PRESENT -> ImageState.PRESENT;
      case DRIFTED -> ImageState.DRIFTED;
      case FAILED -> ImageState.FAILED;
      case BLOCKED -> ImageState.BLOCKED;
    };
  }
}
