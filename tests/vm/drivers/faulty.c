// SPDX-License-Identifier: GPL-2.0
/*
 * A driver that misbehaves as it is told by its parameters, for the one function
 * that "at" names, and for another one that "keeps_at" names; it takes no other.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

static char *at = "";
module_param(at, charp, 0444);
MODULE_PARM_DESC(at, "the function's address, such as 0000:01:00.0");

static unsigned int probe_seconds;
module_param(probe_seconds, uint, 0444);
MODULE_PARM_DESC(probe_seconds, "how long probe sleeps");

static bool keeps;
module_param(keeps, bool, 0444);
MODULE_PARM_DESC(keeps, "remove does not return until let_go is set");

static char *keeps_at = "";
module_param(keeps_at, charp, 0444);
MODULE_PARM_DESC(keeps_at, "another function, whose remove does not return until let_go is set");

static bool let_go;
module_param(let_go, bool, 0644);

static bool returns;
module_param(returns, bool, 0444);
MODULE_PARM_DESC(returns, "as soon as it is unbound it takes the device back");

static struct pci_dev *returning;

static int faulty_probe(struct pci_dev *dev, const struct pci_device_id *id)
{
	if (!strcmp(pci_name(dev), keeps_at))
		return 0;
	if (strcmp(pci_name(dev), at))
		return -ENODEV;
	pci_info(dev, "faulty probes\n");
	msleep(probe_seconds * 1000);
	pci_info(dev, "faulty has it\n");
	return 0;
}

/* Where no signal reaches it, as drivers that wait for their users do. */
static void faulty_remove(struct pci_dev *dev)
{
	pci_info(dev, "faulty is to let go\n");
	while ((keeps || !strcmp(pci_name(dev), keeps_at)) && !READ_ONCE(let_go))
		msleep(100);
}

static const struct pci_device_id faulty_ids[] = { { PCI_DEVICE(PCI_ANY_ID, PCI_ANY_ID) }, {} };

static struct pci_driver faulty_driver = {
	.name = "faulty",
	.id_table = faulty_ids,
	.probe = faulty_probe,
	.remove = faulty_remove,
};

static void faulty_attach(struct work_struct *work)
{
	if (device_attach(&returning->dev) < 0)
		pci_info(returning, "faulty could not take it back\n");
}

static DECLARE_WORK(faulty_work, faulty_attach);

/* Called with the device's lock held, under which its override is written where the bus has it. */
static int override(struct pci_dev *dev, const char *name)
{
#ifdef CORE_HAS_OVERRIDE
	return device_set_driver_override(&dev->dev, name);
#else
	kfree(dev->driver_override);
	dev->driver_override = kstrdup(name, GFP_KERNEL);
	return dev->driver_override ? 0 : -ENOMEM;
#endif
}

static int faulty_notify(struct notifier_block *block, unsigned long action, void *data)
{
	struct pci_dev *dev = to_pci_dev(data);

	if (action != BUS_NOTIFY_UNBOUND_DRIVER || !returns || strcmp(pci_name(dev), at))
		return NOTIFY_DONE;
	if (override(dev, faulty_driver.name))
		return NOTIFY_DONE;
	returning = dev;
	schedule_work(&faulty_work);
	return NOTIFY_OK;
}

static struct notifier_block faulty_block = { .notifier_call = faulty_notify };

static int __init faulty_init(void)
{
	int error = bus_register_notifier(&pci_bus_type, &faulty_block);

	if (error)
		return error;
	error = pci_register_driver(&faulty_driver);
	if (error)
		bus_unregister_notifier(&pci_bus_type, &faulty_block);
	return error;
}

static void __exit faulty_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &faulty_block);
	flush_work(&faulty_work);
	pci_unregister_driver(&faulty_driver);
}

module_init(faulty_init);
module_exit(faulty_exit);
MODULE_DESCRIPTION("A PCI driver that misbehaves, for tests");
MODULE_LICENSE("GPL");
