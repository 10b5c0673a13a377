package dev.prepull.controller.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.reconcile.AgentSession;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullPermit;
import dev.prepull.protocol.AgentLinkMapper;
import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.FromController;
import dev.prepull.protocol.v1.Reports;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A stream after its agent was let in. */
class LinkStreamTest {

  private static final ImageReference NGINX = ImageReference.parse("nginx:1");
  private static final ImageReference REDIS = ImageReference.parse("redis:7");
  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "1".repeat(64));
  private static final ImageDigest OTHER = new ImageDigest("sha256:" + "2".repeat(64));

  private TestLink link;

  @BeforeEach
  void start() throws Exception {
    link = TestLink.start();
  }

  @AfterEach
  void stop() {
    link.close();
  }

  private AgentSession attached(String node) throws InterruptedException {
    assertThat(link.nextTold()).isEqualTo("attached " + node);
    return link.nextSession();
  }

  private static NodePlan plan(String tag, int images) {
    return NodePlan.of(
        IntStream.range(0, images)
            .mapToObj(i -> "registry.example.com/team/application-%04d:%s".formatted(i, tag))
            .map(image -> new PlannedImage(ImageReference.parse(image), ImagePolicy.DEFAULT))
            .toList());
  }

  private static PullPermit permit(long id, ImageReference reference) {
    return new PullPermit(id, reference, PullPermit.Purpose.CONVERGE, List.of());
  }

  @Test
  void bringsAPlanWholeThenItsLocksAndThenPermits() throws Exception {
    TestAgent agent = link.attach("n1");
    AgentSession session = attached("n1");
    NodePlan plan = plan("v1", 5000);

    session.permit(List.of(permit(1, NGINX)));
    session.send(plan, Map.of(NGINX, DIGEST));
    session.permit(List.of(permit(2, REDIS)));

    assertThat(agent.nextPermits()).containsExactly(permit(1, NGINX));
    assertThat(agent.nextPlan()).isEqualTo(plan);
    assertThat(agent.nextLocks()).isEqualTo(Map.of(NGINX, DIGEST));
    assertThat(agent.nextPermits()).containsExactly(permit(2, REDIS));
  }

  @Test
  void bringsCredentialsBetweenAPlanAndItsLocksToASlowReaderTheNewestOnly() throws Exception {
    TestAgent agent = link.attach("n1");
    AgentSession session = attached("n1");
    agent.stopReading();
    for (int i = 0; i < 60; i++) {
      session.send(plan("v" + i, 1000), Map.of());
    }
    NodePlan newest = plan("v99", 10);

    session.send(newest, Map.of(NGINX, DIGEST));
    session.show(credentials("old"));
    session.permit(List.of(permit(1, NGINX)));
    session.show(credentials("new"));
    agent.readOn();

    FromController message = agent.next();
    while (!message.getPlan().getRevision().equals(newest.revision().value())) {
      message = agent.next();
    }
    assertThat(AgentLinkMapper.credentials(agent.next().getCredentials()))
        .isEqualTo(credentials("new"));
    assertThat(agent.nextLocks()).isEqualTo(Map.of(NGINX, DIGEST));
    assertThat(agent.nextPermits()).containsExactly(permit(1, NGINX));
  }

  private static NodeCredentials credentials(String password) {
    return new NodeCredentials(
        Map.of(
            NGINX,
            new NodeCredentials.OfImage(
                List.of(RegistryCredential.ofPassword("Secret ns/a", "u", password)), List.of())));
  }

  @Test
  void bringsNothingOnceAnotherControllerLeads() throws Exception {
    TestAgent agent = link.attach("n1");
    AgentSession session = attached("n1");
    session.permit(List.of(permit(1, NGINX)));
    assertThat(agent.nextPermits()).hasSize(1);

    link.loseLeadership();
    session.permit(List.of(permit(2, REDIS)));

    assertThat(agent.awaitEnd()).contains("UNAVAILABLE", "this controller leads no more");
    assertThat(agent.hasNews()).isFalse();
  }

  @Test
  void bringsTheSameLocksToManyAgentsAndOthersToOne() throws Exception {
    Map<ImageReference, ImageDigest> shared = Map.of(NGINX, DIGEST, REDIS, OTHER);
    for (String node : List.of("n1", "n2")) {
      TestAgent agent = link.attach(node);

      attached(node).lock(shared);

      assertThat(agent.nextLocks()).isEqualTo(shared);
    }
    TestAgent agent = link.attach("n3");

    attached("n3").lock(Map.of(NGINX, OTHER));

    assertThat(agent.nextLocks()).isEqualTo(Map.of(NGINX, OTHER));
  }

  @Test
  void bringsTheSamePlanToManyAgents() throws Exception {
    NodePlan plan = plan("v1", 10);
    for (String node : List.of("n1", "n2", "n3")) {
      TestAgent agent = link.attach(node);

      attached(node).send(plan, Map.of());

      assertThat(agent.nextPlan()).isEqualTo(plan);
    }
  }

  @Test
  void bringsOnlyTheNewestPlanAndAllLocksAndPermitsTogetherToASlowReader() throws Exception {
    TestAgent agent = link.attach("n1");
    AgentSession session = attached("n1");
    agent.stopReading();
    NodePlan newest = plan("v99", 1000);

    for (int i = 0; i < 60; i++) {
      session.send(plan("v" + i, 1000), Map.of(NGINX, DIGEST));
    }
    session.send(newest, Map.of(NGINX, DIGEST));
    session.lock(Map.of(NGINX, OTHER));
    session.lock(Map.of(REDIS, DIGEST));
    session.permit(List.of(permit(1, NGINX)));
    session.permit(List.of(permit(2, REDIS)));
    agent.readOn();

    List<PlanRevision> revisions = new ArrayList<>();
    while (!revisions.contains(newest.revision())) {
      var message = agent.next();
      if (message.hasPlan()) {
        revisions.add(AgentLinkMapper.plan(message.getPlan()).revision());
      }
    }
    // The client of this test takes some 16 messages itself before it stops reading.
    assertThat(revisions).hasSizeLessThan(30);
    assertThat(agent.nextLocks()).isEqualTo(Map.of(NGINX, OTHER, REDIS, DIGEST));
    assertThat(agent.nextPermits()).containsExactly(permit(1, NGINX), permit(2, REDIS));
  }

  @Test
  void passesOnReportsAndAnswersInOrder() throws Exception {
    TestAgent agent = link.attach("n1");
    attached("n1");

    agent.say(AgentLinkMapper.ack(new PlanRevision("r1")));
    agent.say(AgentLinkMapper.reports(List.of(ImageReport.of(NGINX, ImageState.PULLING))));
    agent.say(AgentLinkMapper.nack(new PlanRevision("r2"), "cannot be read"));

    assertThat(link.nextTold()).isEqualTo("acknowledged r1");
    assertThat(link.nextTold()).isEqualTo("reported [docker.io/library/nginx:1 PULLING]");
    assertThat(link.nextTold()).isEqualTo("rejected r2: cannot be read");
  }

  @Test
  void leavesOutAReportThatCannotBeRead() throws Exception {
    TestAgent agent = link.attach("n1");
    attached("n1");
    FromAgent good = AgentLinkMapper.reports(List.of(ImageReport.of(NGINX, ImageState.PRESENT)));
    Reports.Builder reports = good.getReports().toBuilder();
    reports.addImages(reports.getImages(0).toBuilder().setReference("No Reference"));

    agent.say(FromAgent.newBuilder().setReports(reports).build());

    assertThat(link.nextTold()).isEqualTo("reported [docker.io/library/nginx:1 PRESENT]");
  }

  @Test
  void passesOverWhatANewerAgentSays() throws Exception {
    TestAgent agent = link.attach("n1");
    attached("n1");

    agent.say(FromAgent.getDefaultInstance());
    agent.hello(TestLink.hello("n1"));
    agent.say(AgentLinkMapper.ack(new PlanRevision("r1")));

    assertThat(link.nextTold()).isEqualTo("acknowledged r1");
  }

  @Test
  void endsTheOlderStreamOfANodeThatAttachesAgain() throws Exception {
    TestAgent older = link.attach("n1");
    attached("n1");

    TestAgent newer = link.attach("n1");

    assertThat(older.awaitEnd()).isEqualTo("UNAVAILABLE: the node has attached again");
    assertThat(List.of(link.nextTold(), link.nextTold()))
        .containsExactlyInAnyOrder("attached n1", "detached");
    link.nextSession().send(plan("v1", 1), Map.of());
    assertThat(newer.nextPlan().images()).hasSize(1);
  }

  @Test
  void leavesTheStreamsOfOtherNodesAlone() throws Exception {
    TestAgent first = link.attach("n1");
    AgentSession session = attached("n1");

    link.attach("n2").leave();
    assertThat(List.of(link.nextTold(), link.nextTold()))
        .containsExactly("attached n2", "detached");

    session.send(plan("v1", 1), Map.of());
    assertThat(first.nextPlan().images()).hasSize(1);
  }

  @Test
  void tellsWhenAnAgentLeaves() throws Exception {
    TestAgent agent = link.attach("n1");
    attached("n1");

    agent.leave();

    assertThat(link.nextTold()).isEqualTo("detached");
    assertThat(agent.awaitEnd()).startsWith("OK");
  }

  @Test
  void tellsOnceWhenAnAgentVanishes() throws Exception {
    TestAgent agent = link.attach("n1");
    AgentSession session = attached("n1");

    agent.vanish();

    assertThat(link.nextTold()).isEqualTo("detached");
    session.send(plan("v1", 1), Map.of());
    session.close("too late");
    link.attach("n2");
    assertThat(link.nextTold()).isEqualTo("attached n2");
  }

  @Test
  void tellsAgentsThatItStops() throws Exception {
    TestAgent agent = link.attach("n1");
    attached("n1");

    link.stopServer();

    assertThat(agent.awaitEnd()).isEqualTo("UNAVAILABLE: the controller stops");
    assertThat(link.nextTold()).isEqualTo("detached");
  }
}
