package dev.prepull.controller.reconcile;

import dev.prepull.controller.rollout.Orders;
import dev.prepull.controller.rollout.Rollouts;
import dev.prepull.loop.EventLoop;
import dev.prepull.model.NodeName;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Looks at the rollouts when something has happened or a time has come, and tells the agents what
 * follows. What happens in quick succession is looked at once, and the loop has time for other
 * things between two looks however long they take. Belongs to the reconcile loop.
 */
final class Dispatcher {

  /** What happens within this time is looked at together. */
  static final Duration PAUSE = Duration.ofMillis(5);

  /** At most a quarter of the loop's time goes into looks. */
  private static final int PAUSES_PER_LOOK = 3;

  private final EventLoop loop;
  private final Rollouts rollouts;
  private final Map<NodeName, AttachedAgent> agents;
  private final Consumer<Orders> looked;
  private Duration pause = PAUSE;
  private EventLoop.Timer alarm = () -> {};
  private boolean pending;

  /**
   * Nothing is looked at yet.
   *
   * @param agents the newest of each node, as they are at any moment
   * @param looked is told after each look what followed from it
   */
  Dispatcher(
      EventLoop loop,
      Rollouts rollouts,
      Map<NodeName, AttachedAgent> agents,
      Consumer<Orders> looked) {
    this.loop = loop;
    this.rollouts = rollouts;
    this.agents = agents;
    this.looked = looked;
  }

  /** Something has happened. */
  void soon() {
    if (!pending) {
      pending = true;
      loop.after(pause, this::look);
    }
  }

  private void look() {
    pending = false;
    alarm.cancel();
    Instant began = loop.now();
    Orders orders = rollouts.look(began);
    orders.orders().forEach(this::tell);
    Instant ended = loop.now();
    Duration rest = Duration.between(began, ended).multipliedBy(PAUSES_PER_LOOK);
    pause = rest.compareTo(PAUSE) > 0 ? rest : PAUSE;
    Instant next = orders.next();
    if (next != null) {
      Duration wait = Duration.between(ended, next);
      alarm = loop.after(wait.isNegative() ? Duration.ZERO : wait, this::soon);
    }
    looked.accept(orders);
  }

  private void tell(Orders.Order order) {
    AttachedAgent agent = agents.get(order.node());
    if (agent != null) {
      if (!order.locks().isEmpty()) {
        agent.session().lock(order.locks());
      }
      if (!order.permits().isEmpty()) {
        agent.session().permit(order.permits());
      }
    }
  }
}
