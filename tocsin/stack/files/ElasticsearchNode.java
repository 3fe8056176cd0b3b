// Starts one Elasticsearch node on loopback: ElasticsearchNode HOME MODULES CLUSTER HTTP_PORT TRANSPORT_PORT.
//
// HOME holds config/, data/ and logs/; MODULES the unpacked modules (transport-netty4). The published
// jars lack the distribution's launcher (bootstrap checks, entitlements, security): a local stack
// for trying and testing, not a deployment.

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

public class ElasticsearchNode {
  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]).toAbsolutePath();
    Path modules = Path.of(arguments[1]).toAbsolutePath();
    LogConfigurator.configureESLogging();
    Settings settings = Settings.builder()
        .put("path.home", home.toString())
        .put("path.data", home.resolve("data").toString())
        .put("path.logs", home.resolve("logs").toString())
        .put("node.name", "tocsin-stack")
        .put("cluster.name", arguments[2])
        .put("discovery.type", "single-node")
        .put("http.host", "127.0.0.1")
        .put("http.port", Integer.parseInt(arguments[3]))
        .put("transport.host", "127.0.0.1")
        .put("transport.port", Integer.parseInt(arguments[4]))
        // a laptop's disk is often over 90 % full; the default would make every index read-only
        .put("cluster.routing.allocation.disk.threshold_enabled", false)
        .build();
    Environment environment = new Environment(settings, home.resolve("config"));
    var loader = PluginsLoader.createPluginsLoader(
        PluginsLoader.loadModulesBundles(modules), Set.of(), Map.of(), false);
    Node node = new Node(environment, loader);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        node.close();
      } catch (Exception problem) {
        problem.printStackTrace();
      } finally {
        stopped.countDown();
      }
    }));
    node.start();
    stopped.await();
  }
}
