// A worker of the package that ends without a word when it is told to.
import "/package/lib/worker-main.js";

new BroadcastChannel("mortal").onmessage = () => close();
