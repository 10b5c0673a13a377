package dev.prepull.controller.list;

import java.util.List;

/** The parser says what is wrong with a list. */
class BadListTest extends BadListContract {

  @Override
  protected List<String> problems(RawList raw) {
    return Lists.problems(raw);
  }
}
